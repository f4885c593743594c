"""Faces that are moved: drawn ones, photographed ones, and filmed ones."""
