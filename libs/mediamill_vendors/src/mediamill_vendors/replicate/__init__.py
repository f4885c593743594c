"""Replicate: https://replicate.com/docs/reference/http."""
