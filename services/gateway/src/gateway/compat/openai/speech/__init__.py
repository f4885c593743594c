"""``/audio``: speech from a text."""
