"""Timelines, ffmpeg plans as values, one guarded runner, probing.

A timeline and the probes of its assets become a plan (``plan``), a pure value; ``render`` makes the film of it.
Whatever starts ffmpeg goes through ``runner``; whatever opens a file that a user sent goes through ``probe`` first.
"""
