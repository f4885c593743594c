"""Making a backup beside the work: the database as of one moment, then the bytes that it names as of that moment."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg import IsolationLevel

from mediamill.assets.intake import sha256_of
from mediamill.assets.store import Store
from mediamill.clock import now
from mediamill.errors import NotFound
from mill.backup.folder import BackupFolder, Blob, Damaged, Snapshot
from mill.backup.tools import dump
from mill.errors import MillError

Watch = Callable[[int, int], None]
"""Is told how many bytes are done, of how many."""

_NAMED = "SELECT sha256, max(bytes) FROM assets GROUP BY sha256 ORDER BY sha256"
_STILL = "SELECT DISTINCT sha256 FROM assets WHERE sha256 = ANY(%s)"


class NotMigrated(MillError):
    """There is nothing of Mediamill in the database."""

    title = "There is nothing to save"


class Taken(NamedTuple):
    """A snapshot that was made."""

    snapshot: Snapshot
    copied: int
    """Blobs that were not in the folder before."""
    expired: int
    """Blobs that retention took away while the backup was made, and that no row names any more."""


def back_up(database_url: str, store: Store, folder: BackupFolder, secrets: Path | None, watch: Watch) -> Taken:
    """Make a snapshot in a folder. Raises ``Damaged`` when the store has lost bytes that are still named.

    A run that was killed is simply started again: blobs that it had copied are not copied again.
    """
    with folder.alone():
        return _back_up(database_url, store, folder, secrets, watch)


def _back_up(database_url: str, store: Store, folder: BackupFolder, secrets: Path | None, watch: Watch) -> Taken:
    made_at = now()
    name = made_at.strftime("%Y%m%dT%H%M%S.%fZ")
    folder.begin(name)
    revision, blobs = _save_database(database_url, folder, name)
    if secrets is not None and secrets.is_dir():
        shutil.copytree(secrets, folder.secrets(name), symlinks=True)
    copied, missing = _copy(store, folder, blobs, watch)
    if lost := _still_named(database_url, missing):
        raise Damaged(f"the store has not, or has damaged, {len(lost)} blobs that assets name, such as {lost[0]}.")
    path, gone = folder.dump(name), {blob.sha256 for blob in missing}
    kept = folder.name_blobs(name, (blob for blob in blobs if blob.sha256 not in gone))
    snapshot = Snapshot(
        name=name,
        made_at=made_at,
        revision=revision,
        dump_sha256=sha256_of(path),
        dump_bytes=path.stat().st_size,
        assets=len(kept),
        asset_bytes=sum(blob.bytes for blob in kept),
    )
    folder.finish(snapshot)
    return Taken(snapshot, copied, len(missing))


def _save_database(url: str, folder: BackupFolder, name: str) -> tuple[str, list[Blob]]:
    """Dump the database, and give its revision and the bytes that it names, all as of one moment."""
    with psycopg.connect(url) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        there, snapshot = _one(connection, "SELECT to_regclass('alembic_version') IS NOT NULL, pg_export_snapshot()")
        if not there:
            raise NotMigrated("The database has no tables of Mediamill.")
        (revision,) = _one(connection, "SELECT version_num FROM alembic_version")
        blobs = [Blob(*row) for row in connection.execute(_NAMED)]
        dump(url, folder.dump(name), snapshot)
    return revision, blobs


def _copy(store: Store, folder: BackupFolder, blobs: Sequence[Blob], watch: Watch) -> tuple[int, list[Blob]]:
    """Copy what is not there yet; tell how many that were, and give those that the store does not have whole."""
    copied, done, total = 0, 0, sum(blob.bytes for blob in blobs)
    missing = []
    for blob in blobs:
        if not folder.has(blob):
            try:
                is_kept = folder.keep(blob, store.pieces(blob.sha256))
            except NotFound:
                is_kept = False
            copied += is_kept
            missing += [] if is_kept else [blob]
        done += blob.bytes
        watch(done, total)
    return copied, missing


def _still_named(url: str, blobs: Iterable[Blob]) -> list[str]:
    hashes = [blob.sha256 for blob in blobs]
    if not hashes:
        return []
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute(_STILL, (hashes,))]


def _one(connection: psycopg.Connection, query: str) -> tuple[Any, ...]:
    row = connection.execute(query.encode()).fetchone()
    if row is None:
        raise NotMigrated("The database has no revision.")
    return tuple(row)
