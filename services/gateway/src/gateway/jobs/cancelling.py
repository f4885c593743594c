"""Cancelling for every route: nobody who cancels can forget to tell the job's worker."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.edge import Edge
from mediamill.jobs.cancel import cancel


class Canceling(NamedTuple):
    """A transaction in which a job was cancelled, and whether it was under way until then."""

    connection: AsyncConnection
    was_under_way: bool


@asynccontextmanager
async def canceling(edge: Edge, tenant_id: UUID, job_id: UUID) -> AsyncIterator[Canceling]:
    """Cancel a job; the block reads and writes in the same transaction, and the cancel is hinted to after its commit.

    Raises ``NotFound``.
    """
    async with edge.transaction() as connection:
        yield Canceling(connection, await connection.run_sync(cancel, tenant_id, job_id))
    edge.tell_of_cancel(job_id, tenant_id)
