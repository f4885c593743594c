"""Secrets on disk: drawn once, readable by their owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def kept_secret(path: Path, prefix: str = "") -> str:
    """Give the secret in a file, drawing it when there is none yet."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        write_private(path, prefix + secrets.token_urlsafe(24))
        return path.read_text().strip()


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600 in one move, so that nobody ever reads half of it."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w") as file:
        file.write(text)
    fresh.replace(path)
