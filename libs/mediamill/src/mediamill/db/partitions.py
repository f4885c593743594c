"""The bulk of the past, ``events`` and ``steps``, in partitions by the time at which their jobs were made.

A job's id begins with the time of its birth, and whoever reads a job's events or steps names it: each looks into one
partition. New ones are made long before they are needed; a row that none is made for lies in the ``_rest``, where it is
found like any other. Old ones are dropped as a whole, which costs nothing however much is in them.

Names of tables are this file's own, never somebody's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, text

from mediamill.db.base import LARGE
from mediamill.ids import born_at, first_id_of

BULK = ("events", "steps")
LOCK_TIMEOUT = "2s"
"""Whoever waits for a table makes all others wait behind; what does not succeed now does so in an hour."""

_RANGE = re.compile(r"FROM \((?:'(?P<first>[0-9a-f-]{36})'|MINVALUE)\) TO \('(?P<bound>[0-9a-f-]{36})'\)")
_OPTIONS = ", ".join(f"{name} = {value}" for name, value in LARGE.items())

_PARTITIONS = text("""
SELECT child.relname AS name, pg_get_expr(child.relpartbound, child.oid) AS bounds
FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
WHERE inhparent = to_regclass(:parent) ORDER BY 1
""")


_TURN = text("SELECT pg_advisory_xact_lock(x'70617274'::int)")


class Partition(NamedTuple):
    """A part of a table: what belongs to jobs whose ids are at least ``first``, if any, and below ``bound``."""

    table: str
    name: str
    first: UUID | None
    bound: UUID


def partitions(connection: Connection, table: str) -> list[Partition]:
    """Give the partitions of a table by time, without its rest, and without any that is being dropped just now."""
    rows = connection.execute(_PARTITIONS, {"parent": table}).all()
    ranges = [(row.name, found) for row in rows if row.bounds and (found := _RANGE.search(row.bounds))]
    made = [Partition(table, name, UUID(r["first"]) if r["first"] else None, UUID(r["bound"])) for name, r in ranges]
    return sorted(made, key=lambda partition: partition.bound)


def make_ahead(connection: Connection, now: datetime, days: int, ahead: timedelta) -> int:
    """Make the partitions that ids will need until ``ahead`` from now, each of so many days; tell how many.

    What lies in the rest and belongs into a new one is moved there; nothing does, unless nobody made any for long.
    """
    connection.execute(_TURN)
    connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
    made = 0
    for table in BULK:
        edge = born_at(partitions(connection, table)[-1].bound)
        while edge < now + ahead:
            following = edge + timedelta(days=days)
            _make(connection, table, edge, following)
            edge, made = following, made + 1
    return made


def drop(connection: Connection, parts: Sequence[Partition], kept: Sequence[UUID]) -> None:
    """Drop partitions, which must be of the same time; the rows of the jobs that are kept move to the rest.

    The caller holds ``lock``. Readers wait until it commits.
    """
    for part in parts:
        values = "OVERRIDING SYSTEM VALUE " if part.table == "events" else ""
        aside = f"CREATE TEMPORARY TABLE carried_{part.table} ON COMMIT DROP AS SELECT * FROM {part.name}"  # noqa: S608
        connection.execute(text(f"{aside} WHERE job_id = ANY(:ids)"), {"ids": list(kept)})
        connection.execute(text(f"DROP TABLE {part.name}"))
        connection.execute(text(f"INSERT INTO {part.table} {values}SELECT * FROM carried_{part.table}"))  # noqa: S608


def lock(connection: Connection) -> None:
    """Keep everybody from the bulk until the transaction ends. Raises ``OperationalError`` if others are too long."""
    connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.execute(text(f"LOCK TABLE {', '.join(BULK)} IN ACCESS EXCLUSIVE MODE"))


def _make(connection: Connection, table: str, first: datetime, bound: datetime) -> None:
    name, low, high = f"{table}_{first:%Y%m%d}", first_id_of(first), first_id_of(bound)
    rest = f"{table}_rest"
    connection.execute(text(f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS) WITH ({_OPTIONS})"))
    moved = f"DELETE FROM {rest} WHERE job_id >= :low AND job_id < :high RETURNING *"  # noqa: S608
    given = {"low": low, "high": high}
    connection.execute(text(f"WITH moved AS ({moved}) INSERT INTO {name} SELECT * FROM moved"), given)  # noqa: S608
    connection.execute(text(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{low}') TO ('{high}')"))
