"""Statements that read events; every one is bound to tenants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, TextClause, select, text

from mediamill.db.prepared import Prepared, prepared
from mediamill.events.model import Event

Statement = Select[*tuple[Any, ...]]


class Position(NamedTuple):
    """Where a reader is: behind this number of this transaction. Of a single job: behind this ``seq``, ``xid`` is 0."""

    xid: int
    number: int


START = Position(0, 0)

SHOWN = (Event.seq, Event.job_id, Event.type, Event.at, Event.data)


class Source(NamedTuple):
    """Whose events: a tenant's, or those of one of its jobs."""

    tenant_id: UUID
    job_id: UUID | None = None


@prepared(tenant_id=UUID, job_id=UUID, after=int, limit=int)
def of_job(tenant_id: UUID, job_id: UUID, *, after: int, limit: int) -> Statement:
    """Give a job's events behind the one numbered ``after``. No gap: numbers are given under the job's lock."""
    return (
        select(*SHOWN)
        .where(Event.tenant_id == tenant_id, Event.job_id == job_id, Event.seq > after)
        .order_by(Event.seq)
        .limit(limit)
    )


_OF_JOBS = text("""
SELECT watched.place, event.seq, event.job_id, event.type, event.at, event.data,
       0 AS xid, event.seq AS number, true AS settled
FROM unnest(CAST(:tenants AS uuid[]), CAST(:jobs AS uuid[]), CAST(:numbers AS bigint[]))
     WITH ORDINALITY AS watched (tenant_id, job_id, number, place)
CROSS JOIN LATERAL (
    SELECT * FROM events
    WHERE events.job_id = watched.job_id AND events.tenant_id = watched.tenant_id AND events.seq > watched.number
    ORDER BY events.seq LIMIT :limit
) AS event
ORDER BY watched.place, event.seq
""")

_OF_TENANTS = text("""
SELECT watched.place, event.seq, event.job_id, event.type, event.at, event.data,
       event.xid::text::bigint AS xid, event.number,
       event.xid < pg_snapshot_xmin(pg_current_snapshot()) AS settled
FROM unnest(CAST(:tenants AS uuid[]), CAST(:xids AS text[]), CAST(:numbers AS bigint[]))
     WITH ORDINALITY AS watched (tenant_id, xid, number, place)
CROSS JOIN LATERAL (
    SELECT * FROM events
    WHERE events.tenant_id = watched.tenant_id
      AND (events.xid, events.number) > (CAST(watched.xid AS xid8), watched.number)
    ORDER BY events.xid, events.number LIMIT :limit
) AS event
ORDER BY watched.place, event.xid, event.number
""")


def of_jobs(watched: Sequence[tuple[Source, Position]], limit: int) -> Prepared:
    """Give the news of many jobs, each behind its own position and at most ``limit`` of each.

    ``place`` counts the watched from 1, ``number`` is the ``seq``, and all are ``settled``.
    """
    values = {
        "tenants": [source.tenant_id for source, _ in watched],
        "jobs": [source.job_id for source, _ in watched],
        "numbers": [after.number for _, after in watched],
        "limit": limit,
    }
    return Prepared(_OF_JOBS, values)


def of_tenants(watched: Sequence[tuple[Source, Position]], limit: int) -> Prepared:
    """Give the news of many tenants in the order in which their transactions began, as ``of_jobs`` does for jobs.

    A number is drawn before its transaction commits, so a higher number may be seen first. A reader that goes by
    transaction and stops before the first event that is not ``settled`` misses nothing: those come after, or among,
    what transactions that are still open may yet add.
    """
    values = {
        "tenants": [source.tenant_id for source, _ in watched],
        "xids": [str(after.xid) for _, after in watched],
        "numbers": [after.number for _, after in watched],
        "limit": limit,
    }
    return Prepared(_OF_TENANTS, values)


_ENDS_NOW = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xid, 0 AS number")

_IS_KEPT = text("""
SELECT CAST(:xid AS xid8) <= pg_snapshot_xmin(pg_current_snapshot()) AS is_past,
       EXISTS (SELECT FROM events WHERE tenant_id = :tenant_id AND xid = CAST(:xid AS xid8) AND number = :number)
       AS is_kept
""")


def ends_now() -> TextClause:
    """Give the position behind everything that a reader of a tenant could have been told by now."""
    return _ENDS_NOW


def is_kept(tenant_id: UUID, position: Position) -> Prepared:
    """Tell whether the event at a position is there (``is_kept``), and whether the position can be ours (``is_past``).

    No id that was given out lies behind the oldest open transaction; ``ends_now`` names that one.
    """
    return Prepared(_IS_KEPT, {"tenant_id": tenant_id, "xid": str(position.xid), "number": position.number})
