"""Jobs out of the database, ready to be shown."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.jobs import present
from gateway.jobs.models import Job
from mediamill.db.prepared import prepared
from mediamill.errors import NotFound
from mediamill.jobs import queries
from mediamill.jobs.states import State
from mediamill.queues.positions import Place, places, positions
from mediamill.settings import settings

_one = prepared(tenant_id=UUID, job_id=UUID)(queries.one)


async def find(connection: AsyncConnection, tenant_id: UUID, job_id: UUID) -> RowMapping:
    """Give a job's row. Raises ``NotFound``, also for another tenant's job."""
    row: RowMapping | None = (await connection.execute(*_one(tenant_id, job_id))).mappings().one_or_none()
    if row is None:
        raise NotFound(f"Job {job_id}.")
    return row


async def show(connection: AsyncConnection, tenant_id: UUID, job_id: UUID) -> Job:
    """Show one job. Raises ``NotFound``."""
    return (await show_rows(connection, tenant_id, [await find(connection, tenant_id, job_id)]))[0]


async def show_many(connection: AsyncConnection, tenant_id: UUID, job_ids: Sequence[UUID]) -> list[Job]:
    """Show jobs in the order of their ids, which may repeat."""
    if len(job_ids) == 1:
        return [await show(connection, tenant_id, job_ids[0])]
    rows = (await connection.execute(queries.many(tenant_id, list(job_ids)))).mappings().all()
    shown = {job.id: job for job in await show_rows(connection, tenant_id, rows)}
    return [shown[str(job_id)] for job_id in job_ids]


async def show_rows(connection: AsyncConnection, tenant_id: UUID, rows: Sequence[RowMapping]) -> list[Job]:
    """Show rows, with the places in line of those that are queued."""
    found = await find_places(connection, tenant_id, [row["id"] for row in rows if row["state"] == State.QUEUED])
    return [present.job(row, found) for row in rows]


async def find_places(connection: AsyncConnection, tenant_id: UUID, job_ids: Sequence[UUID]) -> dict[UUID, Place]:
    """Give the places of those of the tenant's jobs that are in line and due."""
    if not job_ids:
        return {}
    given = {"ids": list(job_ids), "tenant_id": tenant_id, "step_ms": settings().age_step_ms}
    return places(tenant_id, await connection.execute(positions(len(job_ids)), given))
