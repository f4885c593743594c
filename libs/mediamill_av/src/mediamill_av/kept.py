"""Segments that were made before, kept by what they are made of: a folder that is bounded and may vanish any time.

Nothing depends on it but time: what is not there is made again. Several processes may share a folder. Each tenant has
its own; the folders side by side are bounded together.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from mediamill.assets.room import make_room
from mediamill.ids import uuid7

SUFFIX = ".segment"
MOST_BYTES = 2_000_000_000


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
            make_room(self._folder.parent.glob(f"*/*{SUFFIX}"), self._most, _forget)

    def drop(self, key: str) -> None:
        """Forget what turned out not to be what it should."""
        self._place(key).unlink(missing_ok=True)

    def _place(self, key: str) -> Path:
        return self._folder / f"{key}{SUFFIX}"


def _forget(path: Path) -> bool:
    path.unlink(missing_ok=True)
    return True


def _same(source: Path, target: Path) -> None:
    """Make ``target`` the same file, or where that cannot be a copy of it."""
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)
