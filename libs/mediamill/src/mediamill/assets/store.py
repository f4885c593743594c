"""Where the bytes of assets live, named by their SHA-256; written whole or not at all, and never changed."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

from mediamill.clock import now
from mediamill.errors import NotFound, StoreFull
from mediamill.settings import settings

_CHUNK = 1 << 20
_INCOMING = "incoming"
_READ_ONLY = 0o444
_ABANDONED_S = 86_400
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class StoredBlob(NamedTuple):
    """Bytes that are safely kept."""

    sha256: str
    bytes: int


class Intake:
    """A file on its way into a store: written in pieces, hashed on the way, and kept only when it is whole."""

    def __init__(self, folder: Path) -> None:
        with _full_is_told():
            descriptor, name = tempfile.mkstemp(dir=folder)
        self.path = Path(name)
        self.bytes = 0
        self._hash = hashlib.sha256()
        self._file = os.fdopen(descriptor, "wb")

    def write(self, chunk: bytes) -> None:
        """Take the next piece. Raises ``StoreFull``, as do ``flush`` and ``finish``."""
        with _full_is_told():
            self._file.write(chunk)
        self._hash.update(chunk)
        self.bytes += len(chunk)

    def flush(self) -> None:
        """Make what was written readable under ``path``."""
        with _full_is_told():
            self._file.flush()

    def finish(self) -> StoredBlob:
        """Write it through to the disk and tell what it is."""
        with _full_is_told():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        return StoredBlob(self._hash.hexdigest(), self.bytes)

    def close(self) -> None:
        """Drop the file, unless the store has taken it. What cannot be written to a full disk is not missed."""
        with suppress(OSError):
            self._file.close()
        self.path.unlink(missing_ok=True)


class Store(Protocol):
    """What keeps bytes. All calls block; those that keep something raise ``StoreFull``."""

    def put(self, chunks: Iterable[bytes]) -> StoredBlob:
        """Keep a stream of bytes."""

    def adopt(self, path: Path) -> StoredBlob:
        """Keep a finished file, which is moved and must not be written to again."""

    def path(self, sha256: str) -> Path:
        """Give a local, read-only file with these bytes. Raises ``NotFound`` when they are not here."""

    def remove(self, sha256: str) -> None:
        """Forget these bytes; harmless when they are gone already."""


class FileStore:
    """Keeps each blob as ``root/ab/cd/<sha256>`` on a disk that every process shares."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / _INCOMING).mkdir(parents=True, exist_ok=True)

    @contextmanager
    def intake(self) -> Iterator[Intake]:
        """Open a file on this disk to write to; ``take`` keeps it, leaving the block without that drops it."""
        intake = Intake(self.root / _INCOMING)
        try:
            yield intake
        finally:
            intake.close()

    def take(self, intake: Intake) -> StoredBlob:
        """Keep what was written: on the disk first, then under its name, so that a crash leaves no half a blob."""
        blob = intake.finish()
        self._rename(intake.path, blob.sha256)
        return blob

    def put(self, chunks: Iterable[bytes]) -> StoredBlob:
        """Keep a stream of bytes."""
        with self.intake() as intake:
            for chunk in chunks:
                intake.write(chunk)
            return self.take(intake)

    def adopt(self, path: Path) -> StoredBlob:
        """Keep a finished file: renamed when it is on the same disk, else copied and removed."""
        if path.is_symlink() or path.stat().st_dev != self.root.stat().st_dev:
            blob = self.put(_chunks(path))
            path.unlink()
            return blob
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
            size = file.tell()
            os.fsync(file.fileno())
        self._rename(path, digest.hexdigest())
        return StoredBlob(digest.hexdigest(), size)

    def path(self, sha256: str) -> Path:
        """Give the file. Raises ``NotFound``."""
        found = self._place(sha256)
        if not found.is_file():
            raise NotFound(f"bytes of {sha256}: the store at {self.root} does not have them.")
        return found

    def remove(self, sha256: str) -> None:
        """Forget these bytes."""
        self._place(sha256).unlink(missing_ok=True)

    def clear_abandoned(self, older_than_s: float = _ABANDONED_S) -> int:
        """Delete what killed processes left half written, and tell how many files that were."""
        cleared = 0
        for left in (self.root / _INCOMING).iterdir():
            if now().timestamp() - left.stat().st_mtime > older_than_s:
                left.unlink(missing_ok=True)
                cleared += 1
        return cleared

    def _place(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def _rename(self, path: Path, sha256: str) -> None:
        """Give a complete file its name. Replacing equal bytes heals a damaged copy and makes the file young again."""
        place = self._place(sha256)
        with _full_is_told():
            place.parent.mkdir(parents=True, exist_ok=True)
            path.chmod(_READ_ONLY)
            path.replace(place)
        for folder in (place.parent, place.parent.parent, self.root):
            _sync_folder(folder)


def open_store(url: str) -> FileStore:
    """Open the store that a URL names. Raises ``ValueError`` for a scheme that this version does not know."""
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        raise ValueError(f"MEDIAMILL_STORE_URL={url!r}: only file:///absolute/path is served so far.")
    return FileStore(Path(unquote(parts.path)))


@lru_cache(maxsize=1)
def store() -> FileStore:
    """Give this process's store."""
    return open_store(settings().store_url)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


@contextmanager
def _full_is_told() -> Iterator[None]:
    """Tell a disk without room from other troubles of a disk."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StoreFull from error
        raise


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
