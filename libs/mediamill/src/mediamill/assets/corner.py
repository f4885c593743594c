"""A folder that is one process's alone; whoever comes later clears away those of processes that are gone."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path

from mediamill.clock import now

_LOCK = ".lock"
_BORN_S = 60.0
"""A folder without a lock is somebody's who is about to lock it, or died before; after this it is the latter."""


class Corner:
    """A folder whose lock the kernel lets go when its process ends, however it ends."""

    def __init__(self, parent: Path) -> None:
        self._parent = parent
        parent.mkdir(parents=True, exist_ok=True)
        self.sweep()
        self.path = self._make()
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)

    def sweep(self) -> int:
        """Delete the folders of processes that are gone, and tell how many."""
        gone = 0
        for folder in self._parent.iterdir():
            if _is_abandoned(folder):
                shutil.rmtree(folder, ignore_errors=True)
                gone += 1
        return gone

    def _make(self) -> Path:
        while True:
            folder = Path(tempfile.mkdtemp(dir=self._parent))
            with suppress(OSError):  # somebody took it for abandoned before it was locked
                self._lock = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if (folder / _LOCK).stat().st_ino == os.fstat(self._lock).st_ino:
                    return folder


def _is_abandoned(folder: Path) -> bool:
    try:
        lock = os.open(folder / _LOCK, os.O_RDWR)
    except FileNotFoundError:
        with suppress(FileNotFoundError):
            return now().timestamp() - folder.stat().st_mtime > _BORN_S
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True
