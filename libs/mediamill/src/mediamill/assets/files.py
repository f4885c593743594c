"""The store on a disk that every process shares."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from mediamill.assets.intake import Intake, StoredBlob, blob_of, full_is_told, pieces_of, taking_in
from mediamill.assets.names import KeptBlob, is_name, key_of
from mediamill.clock import now
from mediamill.errors import NotFound

_INCOMING = "incoming"
_READ_ONLY = 0o444
_ABANDONED_S = 86_400
_PIECE = 256 * 1024


class FileStore:
    """Keeps each blob as ``root/ab/cd/<sha256>``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / _INCOMING).mkdir(parents=True, exist_ok=True)

    def intake(self) -> AbstractContextManager[Intake]:
        """Open a file on this disk to write to; ``take`` keeps it, leaving the block without that drops it."""
        return taking_in(self.root / _INCOMING)

    def take(self, intake: Intake, media_type: str = "") -> StoredBlob:
        """Keep what was written: on the disk first, then under its name, so that a crash leaves no half a blob."""
        blob = intake.finish()
        self._rename(intake.path, blob.sha256)
        return blob

    def put(self, chunks: Iterable[bytes], media_type: str = "") -> StoredBlob:
        """Keep a stream of bytes."""
        with self.intake() as intake:
            for chunk in chunks:
                intake.write(chunk)
            return self.take(intake)

    def adopt(self, path: Path, media_type: str = "") -> StoredBlob:
        """Keep a finished file: renamed when it is on the same disk, else copied and removed."""
        if path.is_symlink() or path.stat().st_dev != self.root.stat().st_dev:
            blob = self.put(pieces_of(path))
            path.unlink()
            return blob
        blob = blob_of(path)
        self._rename(path, blob.sha256)
        return blob

    def has(self, sha256: str) -> bool:
        """Tell whether these bytes are here."""
        return self._place(sha256).is_file()

    def path(self, sha256: str) -> Path:
        """Give the file. Raises ``NotFound``."""
        found = self._place(sha256)
        if not found.is_file():
            raise NotFound(f"bytes of {sha256}: the store at {self.root} does not have them.")
        return found

    @contextmanager
    def lend(self, sha256: str) -> Iterator[Path]:
        """Give the file itself."""
        yield self.path(sha256)

    def pieces(self, sha256: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Open the file now and read on from there."""
        return _read(self.path(sha256).open("rb"), start, end)

    def link(self, sha256: str, ttl_s: int) -> str | None:
        """Nobody reaches a disk by a URL."""
        return None

    def remove(self, sha256: str, unless_younger_s: float = 0) -> bool:
        """Forget these bytes."""
        place = self._place(sha256)
        try:
            if unless_younger_s and now().timestamp() - place.stat().st_mtime < unless_younger_s:
                return False
            place.unlink()
        except FileNotFoundError:
            return False
        return True

    def blobs(self, prefix: str) -> Iterator[KeptBlob]:
        """Walk through a part of the store."""
        for found in (self.root / prefix).glob("*/*"):
            if is_name(found.name):
                facts = found.stat()
                yield KeptBlob(found.name, facts.st_size, datetime.fromtimestamp(facts.st_mtime, UTC))

    def clear_abandoned(self, older_than_s: float = _ABANDONED_S) -> int:
        """Delete what killed processes left half written, and tell how many files that were."""
        cleared = 0
        for left in (self.root / _INCOMING).iterdir():
            if now().timestamp() - left.stat().st_mtime > older_than_s:
                left.unlink(missing_ok=True)
                cleared += 1
        return cleared

    def _place(self, sha256: str) -> Path:
        return self.root / key_of(sha256)

    def _rename(self, path: Path, sha256: str) -> None:
        """Give a complete file its name. Replacing equal bytes heals a damaged copy and makes the file young again."""
        place = self._place(sha256)
        with full_is_told():
            place.parent.mkdir(parents=True, exist_ok=True)
            path.chmod(_READ_ONLY)
            path.replace(place)
        for folder in (place.parent, place.parent.parent, self.root):
            _sync_folder(folder)


def _read(file: BinaryIO, start: int, end: int | None) -> Iterator[bytes]:
    with file:
        file.seek(start)
        while end is None or start < end:
            chunk = file.read(_PIECE if end is None else min(_PIECE, end - start))
            if not chunk:
                return
            start += len(chunk)
            yield chunk


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
