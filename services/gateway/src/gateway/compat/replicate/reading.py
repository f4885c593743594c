"""Jobs out of the database as predictions."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.compat import capability
from gateway.compat.addresses import address
from gateway.compat.logged import logged
from gateway.jobs import reading
from gateway.jobs.models import Job
from mediamill.jobs.states import State
from mediamill.webhooks.replicate import PREFIX, Prediction, Told, prediction

STREAM = "replicate-stream"
LAST = 1000
"""So many lines of a log are told, the last ones."""


async def read_prediction(connection: AsyncConnection, tenant_id: UUID, job_id: UUID) -> Prediction:
    """Show one job. Raises ``NotFound``."""
    return await with_log(connection, tenant_id, await reading.show(connection, tenant_id, job_id))


async def with_log(connection: AsyncConnection, tenant_id: UUID, job: Job) -> Prediction:
    """Show a job with what it logged."""
    if job.state is State.QUEUED and job.started_at is None:
        return shown(tenant_id, job, [])
    rows = await logged(connection, tenant_id, UUID(job.id), LAST)
    return shown(tenant_id, job, [Told.model_validate(row) for row in rows])


def shown(tenant_id: UUID, job: Job, told: list[Told]) -> Prediction:
    """Show a job, with a stream that opens without a key, for clients that send none there."""
    word = capability.grant(STREAM, tenant_id, UUID(job.id))
    made = prediction(job.model_dump(), told)
    more = {"stream": address(f"{PREFIX}/streams/{word}"), "web": address(f"/v1/jobs/{job.id}")}
    return made.model_copy(update={"urls": {**made.urls, **more}})
