"""Adapters that turn a request into sound."""
