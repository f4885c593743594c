"""``X-Fal-Request-Timeout``: a request that has not started in time is not wanted any more.

The time stands in the job's metadata. Whoever looks at a job that is past it and still in line cancels it; what was
cancelled so is told from a job that its owner cancelled by its times alone.
"""

from __future__ import annotations

import math
from datetime import datetime
from uuid import UUID

from gateway.edge import Edge
from gateway.jobs import reading
from gateway.jobs.cancelling import canceling
from gateway.jobs.models import Job
from gateway.problems import InvalidRequest
from mediamill.clock import now
from mediamill.jobs.states import State
from mediamill.webhooks.fal import start_timeout

HEADER = "x-fal-request-timeout"
_LONGEST_S = 30 * 86_400.0


def read_start_timeout(header: str | None) -> float | None:
    """Read the header, in seconds. Raises ``InvalidRequest``."""
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= _LONGEST_S:
        why = f"{header[:50]!r} is no number of seconds"
        raise InvalidRequest(f"{why}.", errors=[(["header", HEADER], why)])
    return seconds


async def look(edge: Edge, tenant_id: UUID, job_id: UUID) -> Job:
    """Give a job as it is, cancelled first if it should have started by now. Raises ``NotFound``."""
    async with edge.look() as connection:
        job = await reading.show(connection, tenant_id, job_id)
    if not is_overdue(job):
        return job
    async with canceling(edge, tenant_id, job_id) as done:
        return await reading.show(done.connection, tenant_id, job_id)


def is_overdue(job: Job) -> bool:
    """Tell whether a job is still in line though its time to start is over."""
    waited = now() - datetime.fromisoformat(job.created_at)
    return job.state is State.QUEUED and job.started_at is None and waited >= start_timeout(job.metadata)
