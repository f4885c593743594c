"""Segments that were made before, kept by what they are made of: a folder that is bounded and may vanish any time.

Nothing depends on it but time: what is not there is made again. Several processes may share a folder. Each tenant has
its own; the folders side by side are bounded together.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from mediamill.ids import uuid7

SUFFIX = ".segment"
MOST_BYTES = 2_000_000_000
_ENOUGH = 0.8
"""What is left of the bound when room was made, so that it is not made for each segment."""


class _Entry(NamedTuple):
    used_at: float
    size: int
    path: Path


class Kept:
    """The segments of one tenant on this machine."""

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self._most = most_bytes
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def take(self, key: str, target: Path) -> bool:
        """Put what is kept under a key at ``target``, a file of the caller's own; tell whether there is any."""
        place = self._place(key)
        try:
            os.utime(place)
            _same(place, target)
        except OSError:
            target.unlink(missing_ok=True)
            return False
        return True

    def give(self, key: str, source: Path) -> None:
        """Keep a copy of a finished file under a key. A disk that is full, or gone, is no fault of the film."""
        part = self._folder / f"{uuid7().hex}.part{SUFFIX}"
        with suppress(OSError):
            try:
                _same(source, part)
                part.replace(self._place(key))
            finally:
                part.unlink(missing_ok=True)
            self._make_room()

    def drop(self, key: str) -> None:
        """Forget what turned out not to be what it should."""
        self._place(key).unlink(missing_ok=True)

    def _place(self, key: str) -> Path:
        return self._folder / f"{key}{SUFFIX}"

    def _make_room(self) -> None:
        """Forget what was not used for longest, if there is more than there may be."""
        entries = sorted(self._entries())
        size = sum(entry.size for entry in entries)
        if size <= self._most:
            return
        for entry in entries:
            entry.path.unlink(missing_ok=True)
            size -= entry.size
            if size <= self._most * _ENOUGH:
                return

    def _entries(self) -> Iterator[_Entry]:
        for path in self._folder.parent.glob(f"*/*{SUFFIX}"):
            with suppress(OSError):
                stat = path.stat()
                yield _Entry(stat.st_mtime, stat.st_size, path)


def digest_of(path: Path) -> str:
    """Name what a file holds."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _same(source: Path, target: Path) -> None:
    """Make ``target`` the same file, or where that cannot be a copy of it."""
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)
