"""``/audio/transcriptions``: what is said in a recording."""
