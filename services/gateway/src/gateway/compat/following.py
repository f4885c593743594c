"""A job's events as they come, for the streams of other people's APIs: they end with the job."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

from sqlalchemy import RowMapping

from gateway.edge import Edge
from gateway.events.feed import ENDS
from gateway.events.newsroom import HEARTBEAT_S
from mediamill.events import queries

PAGE = 500


async def followed(edge: Edge, tenant_id: UUID, job_id: UUID, *, after: int = 0) -> AsyncIterator[RowMapping | None]:
    """Give a job's events up to its last one, and ``None`` when there was nothing for a while.

    An end that the job came back from, since it was tried again, is left out.
    """
    async with edge.pulse.watch_job(job_id) as ear:
        while not edge.closing.is_set():
            async with edge.look() as connection:
                found = await connection.execute(*queries.of_job(tenant_id, job_id, after=after, limit=PAGE))
                rows = found.mappings().all()
            is_end = 0 < len(rows) < PAGE and rows[-1]["type"] in ENDS
            for row in rows:
                after = row["seq"]
                if row["type"] not in ENDS or (is_end and row is rows[-1]):
                    yield row
            if is_end:
                return
            if not rows:
                yield None
            if len(rows) < PAGE:
                await ear.wait(HEARTBEAT_S)
