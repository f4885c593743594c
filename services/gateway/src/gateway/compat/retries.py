"""Blind retries: some clients post again after a fault without saying which request that was.

A client that marks its retries, as OpenAI's do by ``x-stainless-retry-count``, is given the job of the first try: the
newest of its tenant with the same fingerprint, if that still runs or ended a moment ago: a client that gave up waiting
may have waited long. Nothing is written for this; ids tell their time.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select

from gateway.edge import Edge
from mediamill.clock import now
from mediamill.db.prepared import prepared
from mediamill.ids import first_id_of
from mediamill.jobs.draft import fingerprint_of
from mediamill.jobs.model import Job
from mediamill.jobs.request import Request

WINDOW = timedelta(minutes=2)
"""So long after a job's end a retry is still one of it."""
LONGEST = timedelta(hours=1)
"""What was made before that is not looked for, even if it still runs."""


@prepared(tenant_id=UUID, kind=str, fingerprint=str, since=UUID, ended_since=datetime)
def newest_like(tenant_id: UUID, kind: str, fingerprint: str, since: UUID, ended_since: datetime) -> Select[Any]:
    """Give the newest of a tenant's jobs of that kind and fingerprint that was made since and has not ended before."""
    is_recent = or_(Job.finished_at.is_(None), Job.finished_at >= ended_since)
    mine = (Job.tenant_id == tenant_id, Job.kind == kind, Job.id >= since, is_recent)
    like = select(Job.id).where(*mine, Job.fingerprint == fingerprint, Job.parent_id.is_(None))
    return like.order_by(Job.id.desc()).limit(1)


async def earlier(edge: Edge, request: Request) -> UUID | None:
    """Give the job that an earlier try of this request made, if it has not ended longer than ``WINDOW`` ago."""
    wanted = fingerprint_of(request, request.input.model_dump(mode="json"))
    at = now()
    look = newest_like(request.tenant_id, request.kind.name, wanted, first_id_of(at - LONGEST), at - WINDOW)
    async with edge.look() as connection:
        found: UUID | None = (await connection.execute(*look)).scalar_one_or_none()
    return found
