"""A job → where fal's clients see it: in the queue, in progress, or completed, well or not."""

from __future__ import annotations

from uuid import UUID

from gateway.compat.fal.links import links_of
from gateway.compat.fal.logs import read_log
from gateway.compat.fal.models import COMPLETED, IN_PROGRESS, IN_QUEUE, LogEntry, Metrics, Status
from gateway.compat.fal.starting import look
from gateway.edge import Edge
from gateway.jobs.models import Job
from mediamill.jobs.states import FINAL, State
from mediamill.webhooks import fal


async def read_status(edge: Edge, tenant_id: UUID, job_id: UUID, *, with_logs: bool) -> Status:
    """Read where a request is. Raises ``NotFound``."""
    job = await look(edge, tenant_id, job_id)
    logs = None
    if with_logs:
        async with edge.look() as connection:
            logs = await read_log(connection, tenant_id, job_id)
    return status_of(job, logs)


def status_of(job: Job, logs: list[LogEntry] | None) -> Status:
    """Show a job as a request of fal's. One that was begun and is in line again stays in progress."""
    facts = {"request_id": job.id, "logs": logs, **links_of(job.kind, UUID(job.id))._asdict()}
    if job.state in FINAL:
        shown = job.model_dump(mode="json")
        failure = fal.failure(shown)
        if failure is not None:
            facts |= {"error": failure.message, "error_type": failure.error_type}
        return Status(status=COMPLETED, metrics=Metrics(inference_time=fal.inference_s(shown)), **facts)
    if job.state is State.QUEUED and job.started_at is None:
        return Status(status=IN_QUEUE, queue_position=job.queue_position or 0, **facts)
    return Status(status=IN_PROGRESS, **facts)
