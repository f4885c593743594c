"""Webhooks from vendors: their predictions have ended."""
