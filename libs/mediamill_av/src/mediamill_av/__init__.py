"""Timelines, ffmpeg plans as values, one guarded runner, probing."""
