"""Faces that talk: portraits and clips whose mouths move with a speech."""
