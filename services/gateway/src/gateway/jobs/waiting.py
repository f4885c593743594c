"""``Prefer: wait=N``: the answer is held back until the job has ended, or for N seconds."""

from __future__ import annotations

import re
from uuid import UUID

from fastapi import Request

from gateway.edge import Edge
from gateway.jobs import reading
from gateway.jobs.models import Job
from mediamill.clock import monotonic
from mediamill.jobs.states import FINAL

LONGEST_S = 60.0
_LOOK_S = 2.0
_WAIT = re.compile(r"(?:^|[,;\s])wait(?:\s*=\s*\"?(\d{1,9})\"?)?(?=$|[,;\s])", re.IGNORECASE)


def wanted_wait_s(prefer: str | None) -> float:
    """Read for how long a client wants to wait; 0 when it says nothing that we understand, never more than a minute."""
    found = _WAIT.search(prefer or "")
    if found is None:
        return 0.0
    return min(float(found[1]), LONGEST_S) if found[1] is not None else LONGEST_S


async def wait_for_end(edge: Edge, request: Request, tenant_id: UUID, job_id: UUID, seconds: float) -> Job:
    """Give the job once it has ended, or as it is when the time is up or the client has hung up."""
    until = monotonic() + seconds
    async with edge.pulse.watch_job(job_id) as ear:
        while True:
            async with edge.look() as connection:
                job = await reading.show(connection, tenant_id, job_id)
            left = until - monotonic()
            if job.state in FINAL or left <= 0 or edge.closing.is_set() or await request.is_disconnected():
                return job
            await ear.wait(min(left, _LOOK_S))
