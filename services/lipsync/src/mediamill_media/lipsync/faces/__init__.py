"""Whose face it is, where it lies, and what it is made of."""
