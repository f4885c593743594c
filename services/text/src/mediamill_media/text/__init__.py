"""Prose and scripts from a prompt or brief."""
