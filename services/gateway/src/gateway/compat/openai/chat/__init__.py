"""``/chat/completions``: texts and JSON from a conversation."""
