"""``/videos``: clips, which are jobs that their client asks for again and again."""
