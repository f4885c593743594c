"""Making room in a folder that is bounded: what was used least recently goes first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_LEFT = 0.8
"""How much of what the folder may hold is left when room was made, so that it is not made for each file."""


class _Entry(NamedTuple):
    used_at: float
    bytes: int
    path: Path


def make_room(files: Iterable[Path], most_bytes: int, drop: Callable[[Path], bool]) -> None:
    """Drop files, the least recently used first, if there is more than that; ``drop`` tells whether one went.

    What stays, as it is in use, counts. A file that others have taken away meanwhile is none.
    """
    entries = sorted(_entries(files))
    held = sum(entry.bytes for entry in entries)
    if held <= most_bytes:
        return
    for entry in entries:
        if held <= most_bytes * _LEFT:
            return
        if drop(entry.path):
            held -= entry.bytes


def _entries(files: Iterable[Path]) -> Iterable[_Entry]:
    for path in files:
        with suppress(OSError):
            facts = path.stat()
            yield _Entry(facts.st_mtime, facts.st_size, path)
