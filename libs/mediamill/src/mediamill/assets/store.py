"""Where the bytes of assets live, named by their SHA-256; written whole or not at all, and never changed."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path
from typing import Protocol, cast
from urllib.parse import unquote, urlsplit

from mediamill.assets.files import FileStore
from mediamill.assets.intake import Intake, StoredBlob
from mediamill.assets.names import KeptBlob
from mediamill.settings import Settings, settings

REMOTE = ("s3", "gs", "az")
"""The schemes of object stores: S3 and what speaks like it, Google Cloud Storage, Azure Blob Storage."""


class Store(Protocol):
    """What keeps bytes. All calls block; all may raise ``StoreAway``, and those that keep something ``StoreFull``.

    Media types are what a store tells who reads from it directly; the truth about them is in the database.
    """

    def intake(self) -> AbstractContextManager[Intake]:
        """Open a local file to write to; ``take`` keeps it, leaving the block without that drops it."""

    def take(self, intake: Intake, media_type: str = "") -> StoredBlob:
        """Keep what an intake was given."""

    def put(self, chunks: Iterable[bytes], media_type: str = "") -> StoredBlob:
        """Keep a stream of bytes."""

    def adopt(self, path: Path, media_type: str = "") -> StoredBlob:
        """Keep a finished file, which is moved and must not be written to again."""

    def has(self, sha256: str) -> bool:
        """Tell whether these bytes are here."""

    def lend(self, sha256: str) -> AbstractContextManager[Path]:
        """Give a local, read-only file with these bytes for the length of the block. Raises ``NotFound``."""

    def pieces(self, sha256: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Give these bytes, or those from ``start`` up to and without ``end``, piece by piece.

        Raises ``NotFound`` at once, not at the first piece.
        """

    def link(self, sha256: str, ttl_s: int) -> str | None:
        """Give a URL at which anybody may read these bytes for ``ttl_s`` seconds, if this store can."""

    def remove(self, sha256: str, unless_younger_s: float = 0) -> bool:
        """Forget these bytes, unless they were put here less than so many seconds ago; tell if they went.

        Harmless when they are gone already.
        """

    def blobs(self, prefix: str) -> Iterator[KeptBlob]:
        """Give what is here whose hash begins with these two digits."""

    def clear_abandoned(self) -> int:
        """Delete what killed processes left half written, and tell how much that was."""


def open_store(config: Settings) -> Store:
    """Open the store that the settings name. Raises ``ValueError`` for one that there cannot be."""
    url = config.store_url
    parts = urlsplit(url)
    if parts.scheme in REMOTE:
        # What a store on a disk never needs is loaded only where it is: 10 MB of every worker.
        remote = importlib.import_module("mediamill.assets.objects")
        return cast("Store", remote.open_objects(url, config))
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        known = ", ".join(f"{scheme}://bucket/prefix" for scheme in REMOTE)
        raise ValueError(f"MEDIAMILL_STORE_URL={url!r}: it must be file:///absolute/path or one of {known}.")
    return FileStore(Path(unquote(parts.path)))


@lru_cache(maxsize=1)
def store() -> Store:
    """Give this process's store."""
    return open_store(settings())
