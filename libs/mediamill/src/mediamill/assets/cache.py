"""Blobs of a remote store on this machine's disk: fetched once, checked by their hash, bounded in size.

Several processes may share a folder, and any may be killed at any time: a blob appears under its name only when it is
whole, and what somebody works with is a hard link of its own, which no eviction takes away.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mediamill.assets.corner import Corner
from mediamill.assets.intake import blob_of, full_is_told, taking_in
from mediamill.assets.names import key_of
from mediamill.assets.room import make_room
from mediamill.errors import StoreAway, StoreFull
from mediamill.ids import uuid7

_READ_ONLY = 0o444
_LOOK_EVERY = 16
"""The folder is measured whenever a sixteenth of what it may hold came in."""


class Cache:
    """A folder of blobs; threads may share it."""

    def __init__(self, root: Path, most_bytes: int) -> None:
        _own(root)
        self._blobs = root / "blobs"
        self._corner = Corner(root / "at-work")
        self._most = most_bytes
        self._came = most_bytes  # nobody knows yet what is here
        self._sure: dict[str, int] = {}
        self._shrinking = threading.Lock()
        self._alone = [threading.Lock() for _ in range(256)]

    @property
    def workplace(self) -> Path:
        """The folder for files on their way in; it is this process's alone, and goes with it."""
        return self._corner.path

    @contextmanager
    def lend(self, sha256: str, fetch: Callable[[], Iterable[bytes]]) -> Iterator[Path]:
        """Give a file with these bytes that stays for the length of the block, and is fetched if it is not here.

        Raises ``StoreAway`` for bytes that are not what their name says, and what ``fetch`` raises.
        """
        lent = self.workplace / uuid7().hex
        try:
            with self._alone[int(sha256[:2], 16)]:
                if not self._link(sha256, lent):
                    self._fetch(sha256, lent, fetch)
            yield lent
        finally:
            lent.unlink(missing_ok=True)

    def publish(self, path: Path, sha256: str) -> None:
        """Have these bytes at hand, if that costs no copy; the file itself stays where it is."""
        place = self._place(sha256)
        path.chmod(_READ_ONLY)
        with suppress(OSError):  # another disk, no room, or it is here already
            place.parent.mkdir(parents=True, exist_ok=True)
            os.link(path, place)
            facts = path.stat()
            self._sure[sha256] = facts.st_ino
            self._came += facts.st_size
        if self._came * _LOOK_EVERY > self._most:
            self.shrink_to(self._most)

    def drop(self, sha256: str) -> None:
        """Forget these bytes."""
        self._place(sha256).unlink(missing_ok=True)
        self._sure.pop(sha256, None)

    def shrink_to(self, most_bytes: int) -> None:
        """Drop what was used least recently, if there is more than that; what is in use stays, and counts."""
        with self._shrinking:
            self._came = 0
            make_room(self._blobs.glob("*/*/*"), most_bytes, self._let_go)

    def clear_abandoned(self) -> int:
        """Delete what killed processes left behind, and tell of how many."""
        return self._corner.sweep()

    def _link(self, sha256: str, lent: Path) -> bool:
        """Link a blob that is here, checked if this process did not see it before. What is damaged is dropped."""
        try:
            os.link(self._place(sha256), lent)
        except FileNotFoundError:
            return False
        os.utime(lent)
        inode = lent.stat().st_ino
        if self._sure.get(sha256) != inode:
            if blob_of(lent).sha256 != sha256:
                self.drop(sha256)
                lent.unlink()
                return False
            self._sure[sha256] = inode
        return True

    def _fetch(self, sha256: str, lent: Path, fetch: Callable[[], Iterable[bytes]]) -> None:
        try:
            self._write(sha256, lent, fetch())
        except StoreFull:
            self.shrink_to(0)
            self._write(sha256, lent, fetch())
        self.publish(lent, sha256)

    def _write(self, sha256: str, lent: Path, chunks: Iterable[bytes]) -> None:
        with taking_in(self.workplace) as intake:
            for chunk in chunks:
                intake.write(chunk)
            if (found := intake.finish()).sha256 != sha256:
                raise StoreAway(f"What it gave as {sha256} is {found.sha256}, {found.bytes} bytes.")
            with full_is_told():
                intake.path.rename(lent)

    def _place(self, sha256: str) -> Path:
        return self._blobs / key_of(sha256)

    def _let_go(self, path: Path) -> bool:
        if _is_in_use(path):
            return False
        self.drop(path.name)
        return True


def _own(root: Path) -> None:
    """Make the folder. Raises ``PermissionError`` when it is somebody else's, who could change what is in it."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    facts = root.lstat()
    if root.is_symlink() or facts.st_uid != os.geteuid():
        raise PermissionError(f"MEDIAMILL_STORE_CACHE: {root} belongs to another user.")


def _is_in_use(path: Path) -> bool:
    with suppress(FileNotFoundError):
        return path.stat().st_nlink > 1
    return False
