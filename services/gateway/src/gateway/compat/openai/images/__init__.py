"""``/images``: pictures from a prompt."""
