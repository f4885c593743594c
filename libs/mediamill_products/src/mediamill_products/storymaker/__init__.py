"""Storymaker: a story's script, its characters, the pictures and clips of its scenes, and the film of them."""
