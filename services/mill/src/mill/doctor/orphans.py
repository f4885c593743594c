"""Do the store and the database agree: bytes that no row names, and rows whose bytes are gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from conductor.calendar.orphans import ORPHANED_S, forget_orphans
from mediamill import clock
from mediamill.assets.store import Store, open_store
from mediamill.errors import MediamillError
from mill.doctor.finding import Finding, Fix, fail, ok, warn
from mill.doctor.reach import database_of, idle, looking, settings_of
from mill.stack.layout import Layout

NAME = "store"
PARTS = 256
LOOK_S = 20.0
"""A large store is looked at in part; the conductor goes through all of it every day."""
_TOLD = 3
_NAMED = text("SELECT DISTINCT sha256 FROM assets WHERE sha256 >= :first AND sha256 < :after")


class Looked(NamedTuple):
    """What was seen of a store."""

    parts: int
    blobs: int
    unnamed: list[str]
    """Bytes that are a day old and that no row names."""
    gone: list[str]
    """Bytes that a row names and that are not there."""


def store(layout: Layout) -> Finding:
    """Has every asset its bytes, and are all bytes somebody's."""
    if (config := settings_of(layout)) is None:
        return idle(NAME)
    try:
        opened = open_store(config)
        with looking(config) as connection:
            looked = look(opened, lambda part: _named(connection, part), clock.now())
    except (SQLAlchemyError, MediamillError, OSError, ValueError) as error:
        return fail(NAME, str(error).splitlines()[0], "Check MEDIAMILL_STORE_URL and the database.")
    return judge(looked)


def look(opened: Store, named: Callable[[str], set[str]], now: datetime) -> Looked:
    """Compare a store with the rows, part after part, for as long as a look may take."""
    until, parts, blobs = clock.monotonic() + LOOK_S, 0, 0
    unnamed, gone = list[str](), list[str]()
    for number in range(PARTS):
        part = f"{number:02x}"
        rows = named(part)
        kept = {blob.sha256: blob for blob in opened.blobs(part)}
        old = (sha256 for sha256 in kept.keys() - rows if (now - kept[sha256].modified_at).total_seconds() > ORPHANED_S)
        unnamed += old
        gone += (sha256 for sha256 in rows - kept.keys() if not opened.has(sha256))
        parts, blobs = parts + 1, blobs + len(kept)
        if clock.monotonic() > until:
            break
    return Looked(parts, blobs, unnamed, gone)


def judge(looked: Looked) -> Finding:
    """Judge what was seen: lost bytes are a loss, left ones only take room."""
    share = "" if looked.parts == PARTS else f" in {looked.parts} of {PARTS} parts"
    if looked.gone:
        told = f"{len(looked.gone)} assets{share} have lost their bytes: {', '.join(looked.gone[:_TOLD])}"
        return fail(NAME, told, "Restore the store from a backup that is not older than the database's.")
    if looked.unnamed:
        told = f"{len(looked.unnamed)} of {looked.blobs} blobs{share} are a day old and nobody's"
        advice = "The conductor deletes such within a day; if they stay, see whether one runs."
        return warn(NAME, told, advice).model_copy(update={"fix": FORGET.does})
    return ok(NAME, f"{looked.blobs} blobs{share}, all of them somebody's and none missing")


def _named(connection: Any, part: str) -> set[str]:
    after = f"{int(part, 16) + 1:02x}" if part != "ff" else "g"
    return set(connection.execute(_NAMED, {"first": part, "after": after}).scalars())


def _forget(layout: Layout) -> str:
    if (config := settings_of(layout)) is None:
        return "nothing: there is no database"
    with database_of(config) as db:
        return f"{forget_orphans(db, open_store(config), (f'{part:02x}' for part in range(PARTS)))} blobs deleted"


FORGET = Fix("Delete the bytes that nobody has named for a day", _forget)
