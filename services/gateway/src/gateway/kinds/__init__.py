"""Kinds: what can be asked for."""
