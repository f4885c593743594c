"""Tracks over each other: fades, loops, ducking."""
