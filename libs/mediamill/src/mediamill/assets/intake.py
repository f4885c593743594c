"""Bytes on their way into a store: written to a file in pieces, hashed on the way, kept only when they are whole."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from mediamill.errors import StoreFull

CHUNK = 1 << 20
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class StoredBlob(NamedTuple):
    """Bytes that are safely kept."""

    sha256: str
    bytes: int


class Intake:
    """A file on its way into a store: written in pieces, hashed on the way, and kept only when it is whole."""

    def __init__(self, folder: Path) -> None:
        with full_is_told():
            descriptor, name = tempfile.mkstemp(dir=folder)
        self.path = Path(name)
        self.bytes = 0
        self._hash = hashlib.sha256()
        self._file = os.fdopen(descriptor, "wb")

    def write(self, chunk: bytes) -> None:
        """Take the next piece. Raises ``StoreFull``, as do ``flush`` and ``finish``."""
        with full_is_told():
            self._file.write(chunk)
        self._hash.update(chunk)
        self.bytes += len(chunk)

    def flush(self) -> None:
        """Make what was written readable under ``path``."""
        with full_is_told():
            self._file.flush()

    def finish(self) -> StoredBlob:
        """Write it through to the disk and tell what it is."""
        with full_is_told():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        return StoredBlob(self._hash.hexdigest(), self.bytes)

    def close(self) -> None:
        """Drop the file, unless the store has taken it. What cannot be written to a full disk is not missed."""
        with suppress(OSError):
            self._file.close()
        self.path.unlink(missing_ok=True)


@contextmanager
def taking_in(folder: Path) -> Iterator[Intake]:
    """Open a file in a folder to write to; leaving the block drops what nobody has taken."""
    intake = Intake(folder)
    try:
        yield intake
    finally:
        intake.close()


def blob_of(path: Path) -> StoredBlob:
    """Hash a finished file and write it through to the disk."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
        os.fsync(file.fileno())
        return StoredBlob(digest.hexdigest(), file.tell())


def sha256_of(path: Path) -> str:
    """Hash a file, as blobs are named."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def pieces_of(path: Path) -> Iterator[bytes]:
    """Give a file's bytes piece by piece."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


@contextmanager
def full_is_told() -> Iterator[None]:
    """Tell a disk without room from other troubles of a disk."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StoreFull from error
        raise
