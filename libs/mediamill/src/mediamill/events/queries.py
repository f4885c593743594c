"""Statements that read events; every one is bound to a tenant."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, literal_column, select, tuple_

from mediamill.db.prepared import parameter, prepared
from mediamill.events.model import Event

Statement = Select[*tuple[Any, ...]]

LATE = 10_000
"""A transaction may commit this many numbers after it drew one; a reader of a tenant looks that far back."""


class Position(NamedTuple):
    """Where a reader of a tenant's events is: behind this number of this transaction."""

    xid: int
    number: int


START = Position(0, 0)

SHOWN = (Event.seq, Event.job_id, Event.type, Event.at, Event.data)

_XID: ColumnElement[int] = literal_column("events.xid::text::bigint")
_OLDEST_OPEN: ColumnElement[int] = literal_column("pg_snapshot_xmin(pg_current_snapshot())")


@prepared(tenant_id=UUID, job_id=UUID, after=int, limit=int)
def of_job(tenant_id: UUID, job_id: UUID, *, after: int, limit: int) -> Statement:
    """Give a job's events behind the one numbered ``after``. No gap: numbers are given under the job's lock."""
    return (
        select(*SHOWN)
        .where(Event.tenant_id == tenant_id, Event.job_id == job_id, Event.seq > after)
        .order_by(Event.seq)
        .limit(limit)
    )


@prepared(tenant_id=UUID, xid=int, number=int, limit=int)
def of_tenant(tenant_id: UUID, *, xid: int, number: int, limit: int) -> Statement:
    """Give all events of a tenant behind a position, in the order in which their transactions began.

    A number is drawn before its transaction commits, so a higher number may be seen first. Reading by transaction and
    stopping below the oldest open one misses nothing.
    """
    return (
        select(*SHOWN, Event.number, _XID.label("xid"))
        .where(
            Event.tenant_id == tenant_id,
            Event.number > number - LATE,
            tuple_(_XID, Event.number) > tuple_(parameter(xid), parameter(number)),
            literal_column("events.xid") < _OLDEST_OPEN,
        )
        .order_by(_XID, Event.number)
        .limit(limit)
    )


def position_of(tenant_id: UUID, number: int) -> Statement:
    """Give the transaction of the event with this number."""
    return select(_XID.label("xid")).where(Event.tenant_id == tenant_id, Event.number == number)


def newest(tenant_id: UUID) -> Statement:
    """Give where a tenant's events end now: behind everything that a reader could have seen."""
    oldest_open: ColumnElement[int] = literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
    last = select(func.coalesce(func.max(Event.number), 0)).where(Event.tenant_id == tenant_id).scalar_subquery()
    return select((oldest_open - 1).label("xid"), last.label("number"))
