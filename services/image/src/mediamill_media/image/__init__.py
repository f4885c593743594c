"""Pictures and characters from a prompt."""
