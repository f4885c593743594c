"""Server-sent events: what the log holds behind the client's last event, then what comes, with no gap and no repeat.

A stream only reads the log by its numbers; hints and the pulse merely say when it is worth a look. It holds no
database connection while it waits. When the database fails it ends, and the client resumes where it was.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.exc import SQLAlchemyError

from gateway.edge import Edge
from gateway.events.models import frame
from mediamill.clock import monotonic
from mediamill.db.prepared import Prepared
from mediamill.events import queries
from mediamill.events.model import EventType
from mediamill.events.queries import Position

HEARTBEAT_S = 15.0
HEARTBEAT = b": still here\n\n"
OPENING = b"retry: 1000\n\n"
PAGE = 500
ENDS = frozenset({EventType.SUCCEEDED, EventType.FAILED, EventType.CANCELED})

log = logging.getLogger(__name__)


async def job_stream(edge: Edge, tenant_id: UUID, job_id: UUID, after: int) -> AsyncIterator[bytes]:
    """Stream a job's events behind the one numbered ``after``, until its last one is final."""
    yield OPENING
    async with edge.pulse.watch_job(job_id) as ear:
        while not edge.closing.is_set():
            rows = await _read(edge, queries.of_job(tenant_id, job_id, after=after, limit=PAGE))
            if rows is None:
                return
            for row in rows:
                yield frame(row, row["seq"])
                after = row["seq"]
            if len(rows) == PAGE:
                continue
            if rows and rows[-1]["type"] in ENDS:
                return
            if not rows:
                yield HEARTBEAT
            await ear.wait(HEARTBEAT_S)


async def tenant_stream(edge: Edge, tenant_id: UUID, after: Position) -> AsyncIterator[bytes]:
    """Stream all events of a tenant behind a position, for as long as the client listens."""
    yield OPENING
    quiet_since = monotonic()
    async with edge.pulse.watch_tenant(tenant_id) as ear:
        while not edge.closing.is_set():
            rows = await _read(edge, queries.of_tenant(tenant_id, xid=after.xid, number=after.number, limit=PAGE))
            if rows is None:
                return
            for row in rows:
                yield frame(row, row["number"])
                after = Position(row["xid"], row["number"])
            if rows or monotonic() - quiet_since >= HEARTBEAT_S:
                quiet_since = monotonic()
                if not rows:
                    yield HEARTBEAT
            if len(rows) < PAGE:
                await ear.wait(edge.pulse.poll_s)


async def _read(edge: Edge, statement: Prepared) -> Sequence[RowMapping] | None:
    try:
        async with edge.look() as connection:
            return (await connection.execute(*statement)).mappings().all()
    except SQLAlchemyError as error:
        log.warning("a stream ends: %s", type(error).__name__)
        return None
