"""Absolute URLs of what a surface serves, from the one configured public URL and never from a request's headers."""

from __future__ import annotations

from mediamill.settings import settings


def address(path: str) -> str:
    """Make a path absolute."""
    return settings().public_url.rstrip("/") + path
