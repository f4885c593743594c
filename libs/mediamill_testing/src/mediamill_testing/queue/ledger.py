"""A file to which code says that it starts and ends: one line a word, whoever writes, whatever is killed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from mediamill import clock


class Line(NamedTuple):
    """What was written, and when, in seconds since 1970."""

    word: str
    tag: str
    at: float


def write(path: str, word: str, tag: str) -> None:
    """Append a line in one system call, so that lines of several processes never mix."""
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(fd, f"{word} {tag} {clock.now().timestamp():.6f}\n".encode())
    finally:
        os.close(fd)


def read(path: Path) -> list[Line]:
    """Give what stands there by now, in the order in which it was written."""
    if not path.exists():
        return []
    words = (line.split() for line in path.read_text().splitlines())
    return [Line(word, tag, float(at)) for word, tag, at in words]
