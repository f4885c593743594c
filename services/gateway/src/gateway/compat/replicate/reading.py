"""Jobs out of the database as predictions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.compat import capability
from gateway.compat.addresses import address
from gateway.jobs import reading
from gateway.jobs.models import Job
from mediamill.db.prepared import prepared
from mediamill.events.model import Event, EventType
from mediamill.jobs.states import State
from mediamill.webhooks.replicate import PREFIX, Prediction, Told, prediction

STREAM = "replicate-stream"
LAST = 1000
"""So many lines of a log are told, the last ones."""


@prepared(tenant_id=UUID, job_id=UUID)
def _log(tenant_id: UUID, job_id: UUID) -> Select[Any]:
    told = Event.type.in_([EventType.LOG.value, EventType.PROGRESS.value])
    found = select(Event.type, Event.data).where(Event.tenant_id == tenant_id, Event.job_id == job_id, told)
    return found.order_by(Event.seq.desc()).limit(LAST)


async def read_prediction(connection: AsyncConnection, tenant_id: UUID, job_id: UUID) -> Prediction:
    """Show one job. Raises ``NotFound``."""
    return await with_log(connection, tenant_id, await reading.show(connection, tenant_id, job_id))


async def with_log(connection: AsyncConnection, tenant_id: UUID, job: Job) -> Prediction:
    """Show a job with what it logged."""
    if job.state is State.QUEUED and job.started_at is None:
        return shown(tenant_id, job, [])
    rows = (await connection.execute(*_log(tenant_id, UUID(job.id)))).mappings().all()
    return shown(tenant_id, job, [Told.model_validate(row) for row in reversed(rows)])


def shown(tenant_id: UUID, job: Job, told: list[Told]) -> Prediction:
    """Show a job, with a stream that opens without a key, for clients that send none there."""
    word = capability.grant(STREAM, tenant_id, UUID(job.id))
    made = prediction(job.model_dump(), told)
    more = {"stream": address(f"{PREFIX}/streams/{word}"), "web": address(f"/v1/jobs/{job.id}")}
    return made.model_copy(update={"urls": {**made.urls, **more}})
