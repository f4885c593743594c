"""Clips, sound and captions into one film."""
