"""The store in a bucket: S3 and what speaks like it, Google Cloud Storage, Azure; with a cache on this machine's disk.

What is on its way in lies in the cache's folder first, since its name is the hash of all of it. An object appears whole
or not at all, whoever dies meanwhile. Only this module knows the library.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotSupportedError
from obstore.store import AzureStore, GCSStore, S3Store, from_url

from mediamill.assets.cache import Cache
from mediamill.assets.intake import Intake, StoredBlob, blob_of, pieces_of, taking_in
from mediamill.assets.names import KeptBlob, is_name, key_of
from mediamill.clock import now
from mediamill.errors import NotFound, StoreAway
from mediamill.settings import Settings

Remote = S3Store | GCSStore | AzureStore

PART = 8 << 20
"""What is larger goes in parts of this size, four at once."""
FRESH_S = 43_200.0
"""What is there already is not sent again while it is younger than this; older, it is sent to be young again: the
sweep takes what nobody names after a day."""
_PIECE = 256 * 1024
_RETRIES: dict[str, Any] = {"max_retries": 4, "retry_timeout": timedelta(seconds=20)}
_CLIENT: dict[str, Any] = {
    "connect_timeout": timedelta(seconds=5),
    "read_timeout": timedelta(seconds=30),
    "timeout": timedelta(hours=2),
}
_SECRET = ("key", "token", "secret", "password", "sas")
_RUN_BY_BROWSERS = ("text/html", "image/svg+xml", "application/xml", "application/xhtml+xml", "text/xml")

log = logging.getLogger(__name__)


class ObjectStore:
    """Keeps each blob as ``ab/cd/<sha256>`` under a bucket's prefix."""

    def __init__(self, remote: Remote, cache: Cache) -> None:
        self._remote = remote
        self._cache = cache

    def intake(self) -> AbstractContextManager[Intake]:
        """Open a file in the cache's folder to write to."""
        return taking_in(self._cache.workplace)

    def take(self, intake: Intake, media_type: str = "") -> StoredBlob:
        """Keep what was written: in the bucket first, then at hand."""
        blob = intake.finish()
        self._send(intake.path, blob, media_type)
        self._cache.publish(intake.path, blob.sha256)
        return blob

    def put(self, chunks: Iterable[bytes], media_type: str = "") -> StoredBlob:
        """Keep a stream of bytes."""
        with self.intake() as intake:
            for chunk in chunks:
                intake.write(chunk)
            return self.take(intake, media_type)

    def adopt(self, path: Path, media_type: str = "") -> StoredBlob:
        """Keep a finished file, which is gone from its place when it is in the bucket."""
        if path.is_symlink():
            blob = self.put(pieces_of(path), media_type)
        else:
            blob = blob_of(path)
            self._send(path, blob, media_type)
            self._cache.publish(path, blob.sha256)
        path.unlink()
        return blob

    def has(self, sha256: str) -> bool:
        """Ask the bucket; what is only at hand does not count."""
        try:
            with _asking(sha256):
                obstore.head(self._remote, key_of(sha256))
        except NotFound:
            return False
        return True

    def lend(self, sha256: str) -> AbstractContextManager[Path]:
        """Give a file with these bytes, which is fetched if it is not at hand."""
        return self._cache.lend(sha256, lambda: self.pieces(sha256))

    def pieces(self, sha256: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Ask for them now and read on as they come."""
        span: Any = (start, end) if end is not None else {"offset": start} if start else None
        with _asking(sha256):
            found = obstore.get(self._remote, key_of(sha256), options={} if span is None else {"range": span})

        def read() -> Iterator[bytes]:
            with _asking(sha256):
                for chunk in found.stream(min_chunk_size=_PIECE):
                    yield bytes(chunk)

        return read()

    def link(self, sha256: str, ttl_s: int) -> str | None:
        """Sign a URL that opens these bytes."""
        with _asking(sha256):
            return str(obstore.sign(self._remote, "GET", key_of(sha256), timedelta(seconds=ttl_s)))

    def remove(self, sha256: str, unless_younger_s: float = 0) -> bool:
        """Forget these bytes, here and there."""
        if unless_younger_s and self._is_there(sha256, None, unless_younger_s):
            return False
        with _asking(sha256):
            obstore.delete(self._remote, key_of(sha256))
        self._cache.drop(sha256)
        return True

    def blobs(self, prefix: str) -> Iterator[KeptBlob]:
        """Walk through a part of the bucket, a thousand at a time."""
        with _asking(f"{prefix}…"):
            for page in obstore.list(self._remote, prefix=prefix, chunk_size=1000):
                for found in page:
                    name = found["path"].rpartition("/")[2]
                    if is_name(name) and found["path"] == key_of(name):
                        yield KeptBlob(name, found["size"], found["last_modified"])

    def clear_abandoned(self) -> int:
        """Delete what killed processes left in the cache's folder; uploads in parts are the bucket's to clear."""
        return self._cache.clear_abandoned()

    def _send(self, path: Path, blob: StoredBlob, media_type: str) -> None:
        """Have the bytes in the bucket. Equal bytes that somebody else just put there are as good."""
        key, attributes = key_of(blob.sha256), _attributes(media_type)
        with _keeping():
            if blob.bytes > PART:
                if not self._is_there(blob.sha256, blob.bytes, FRESH_S):
                    obstore.put(self._remote, key, path, attributes=attributes, use_multipart=True, chunk_size=PART)
                return
            content = path.read_bytes()
            try:
                obstore.put(self._remote, key, content, attributes=attributes, use_multipart=False, mode="create")
            except (AlreadyExistsError, NotSupportedError):
                if not self._is_there(blob.sha256, blob.bytes, FRESH_S):
                    obstore.put(self._remote, key, content, attributes=attributes, use_multipart=False)

    def _is_there(self, sha256: str, size: int | None, younger_s: float) -> bool:
        """Tell whether so many bytes are there under this name, and young."""
        try:
            with _asking(sha256):
                found = obstore.head(self._remote, key_of(sha256))
        except NotFound:
            return False
        age_s = (now() - found["last_modified"]).total_seconds()
        return (size is None or found["size"] == size) and age_s < younger_s


def open_objects(url: str, config: Settings) -> ObjectStore:
    """Open the bucket of a URL, whose query may hold what the library knows of it. Raises ``ValueError``.

    Credentials come from where the vendor's tools look: the environment, files, or the machine itself.
    """
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query))
    if told := [name for name in given if any(word in name.lower() for word in _SECRET)]:
        raise ValueError(f"MEDIAMILL_STORE_URL: {told[0]} belongs into the environment, not into a URL that is shown.")
    endpoint = given.get("endpoint") or os.environ.get("AWS_ENDPOINT_URL") or ""
    client = {**_CLIENT, "allow_http": endpoint.startswith("http://")}
    place = parts._replace(query="").geturl()
    options: dict[str, Any] = {"config": given, "client_options": client, "retry_config": _RETRIES}
    try:
        remote: Any = from_url(place, **options)
    except (BaseError, ValueError) as error:
        raise ValueError(f"MEDIAMILL_STORE_URL={url!r}: {_first_line(error)}") from error
    return ObjectStore(remote, Cache(cache_folder(config), config.store_cache_bytes))


def cache_folder(config: Settings) -> Path:
    """Give the folder of the cache."""
    own = Path(tempfile.gettempdir()) / f"mediamill-assets-{os.geteuid()}"
    return Path(config.store_cache) if config.store_cache else own


def _attributes(media_type: str) -> Any:
    """Give what a bucket tells whoever reads from it directly; what a browser would run is only ever saved."""
    told = {"Cache-Control": "private, max-age=31536000, immutable"}
    if media_type:
        told["Content-Type"] = media_type
    if media_type in _RUN_BY_BROWSERS:
        told["Content-Disposition"] = "attachment"
    return told


@contextmanager
def _asking(what: str) -> Iterator[None]:
    """Turn the library's errors into ours: what is not there is told from a store that cannot be asked."""
    try:
        yield
    except FileNotFoundError as error:
        raise NotFound(f"bytes of {what}: the store does not have them.") from error
    except BaseError as error:
        log.warning("the store of assets: %s", _first_line(error))
        raise StoreAway from error


@contextmanager
def _keeping() -> Iterator[None]:
    """The same for what is kept: there, what is not found is the bucket."""
    try:
        with _asking("a bucket"):
            yield
    except NotFound as error:
        log.warning("the store of assets: %s", _first_line(error.__cause__ or error))
        raise StoreAway("There is no such bucket.") from error


def _first_line(error: BaseException) -> str:
    return str(error).split("\n", 1)[0][:300]
