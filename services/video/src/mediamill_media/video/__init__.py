"""Clips from a picture or prompt."""
