"""Bytes that no row names: who put them died before the row, or lost a race for it. They go a day later."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from itertools import islice

from sqlalchemy import text

from mediamill.assets.names import KeptBlob
from mediamill.assets.store import Store
from mediamill.clock import now
from mediamill.db.session import Database

log = logging.getLogger(__name__)

BATCH = 500
ORPHANED_S = 86_400.0
"""So long after its bytes were put, whoever put them has named them or is dead. Stores let go of nothing younger."""
HOURS = 24

_NAMED = text("SELECT DISTINCT sha256 FROM assets WHERE sha256 = ANY(:hashes)")


def parts_of(hour: int) -> Iterator[str]:
    """Give the parts of the store whose turn an hour is: all of them in a day, without a note of where we were."""
    return (f"{part:02x}" for part in range(hour % HOURS, 256, HOURS))


def forget_orphans(db: Database, store: Store, parts: Iterable[str], older_than_s: float = ORPHANED_S) -> int:
    """Delete the blobs of some parts of the store that are old and that no tenant's row names; tell how many."""
    gone = 0
    for part in parts:
        old = (blob for blob in store.blobs(part) if (now() - blob.modified_at).total_seconds() >= older_than_s)
        while batch := list(islice(old, BATCH)):
            gone += _forget_unnamed(db, store, batch, older_than_s)
    if gone:
        log.info("%d blobs that no asset named are gone", gone)
    return gone


def _forget_unnamed(db: Database, store: Store, blobs: list[KeptBlob], older_than_s: float) -> int:
    hashes = [blob.sha256 for blob in blobs]
    with db.unit_of_work() as connection:
        named = set(connection.execute(_NAMED, {"hashes": hashes}).scalars())
    return sum(store.remove(sha256, unless_younger_s=older_than_s) for sha256 in hashes if sha256 not in named)
