"""The way back: bytes first, hashed on the way, then the database, then what was under way goes on."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import psycopg
from pydantic import SecretStr

from mediamill.assets.intake import pieces_of, sha256_of
from mediamill.assets.store import Store
from mediamill.db.migrate import migrate
from mediamill.db.revision import head
from mediamill.db.session import Database
from mediamill.jobs.restored import TakenUp, take_up
from mediamill.settings import Settings
from mill.backup.folder import BackupFolder, Blob, Damaged, Snapshot
from mill.backup.take import Watch
from mill.backup.tools import restore
from mill.errors import ExitCode, MillError

_OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
_TABLES = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')"
_EMPTY = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"


class NotEmpty(MillError):
    """The target holds something; --force replaces it."""

    exit_code = ExitCode.USAGE
    title = "The target is not empty"


class InUse(MillError):
    """Somebody works with the target."""

    title = "The target is in use"


class TooNew(MillError):
    """The backup was made by a later release."""

    title = "The backup is of a later release"


class Restored(NamedTuple):
    """What was brought back."""

    snapshot: Snapshot
    copied: int
    taken_up: TakenUp


def bring_back(
    folder: BackupFolder, snapshot: Snapshot, database_url: str, store: Store, watch: Watch, *, force: bool
) -> Restored:
    """Restore a snapshot. Raises ``NotEmpty``, ``InUse``, ``TooNew`` and ``Damaged`` before the database is touched.

    A run that was killed is started again, with ``force`` if it had come to the database.
    """
    if snapshot.revision > head():
        raise TooNew(f"It needs tables of revision {snapshot.revision}; this release knows {head()}.")
    if sha256_of(folder.dump(snapshot.name)) != snapshot.dump_sha256:
        raise Damaged(f"{folder.dump(snapshot.name)} is not what was written.")
    _look_at(database_url, force=force)
    copied = _copy(folder, folder.blobs(snapshot.name), store, watch)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(_EMPTY)
    restore(database_url, folder.dump(snapshot.name))
    return Restored(snapshot, copied, _settle(database_url))


def restore_secrets(folder: BackupFolder, snapshot: Snapshot, target: Path) -> None:
    """Put the secrets of a one-machine stack back, in the place of any that are there."""
    source = folder.secrets(snapshot.name)
    if source.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target, symlinks=True)


def _look_at(url: str, *, force: bool) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        others, tables = (connection.execute(query).fetchone() for query in (_OTHERS, _TABLES))
    if others and others[0]:
        raise InUse(f"{others[0]} other sessions are open on the database; stop who holds them first.")
    if tables and tables[0] and not force:
        raise NotEmpty(f"The database has {tables[0]} tables; --force replaces all of them.")


def _copy(folder: BackupFolder, blobs: list[Blob], store: Store, watch: Watch) -> int:
    """Bring the store what it lacks. Raises ``Damaged`` with all that is wrong, before anything is copied."""
    if lacking := [blob.sha256 for blob in blobs if not folder.has(blob)]:
        raise Damaged(f"{len(lacking)} of {len(blobs)} blobs are missing or cut short, such as {lacking[0]}.")
    copied, done, total = 0, 0, sum(blob.bytes for blob in blobs)
    for blob in blobs:
        if not store.has(blob.sha256):
            put = store.put(pieces_of(folder.blob(blob.sha256)))
            if put.sha256 != blob.sha256:
                store.remove(put.sha256)
                raise Damaged(f"{folder.blob(blob.sha256)} has other bytes than its name says.")
            copied += 1
        done += blob.bytes
        watch(done, total)
    return copied


def _settle(url: str) -> TakenUp:
    """Bring the tables to this release, the log into this cluster's past, and what was under way back into line."""
    db = Database(Settings(database_url=SecretStr(url)))
    try:
        migrate(db)
        with db.unit_of_work() as connection:
            return take_up(connection)
    finally:
        db.engine.dispose()
