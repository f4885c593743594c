"""Deliveries that nobody claimed go back in line."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, literal, not_, select

from mediamill.db.prepared import prepared
from mediamill.jobs.model import Job, Worker
from mediamill.jobs.serving import serves
from mediamill.jobs.transition import fenced, in_line, unclaimed, unleased


@prepared(job_id=UUID, delivery=int)
def put_back(job_id: UUID, delivery: int) -> Select[Any]:
    """Return a delivery that no slot was free for: first in its tenant's line again, and nothing to tell of it."""
    return _put_back(fenced(job_id, delivery), unclaimed(job_id, delivery))


@prepared(job_id=UUID, delivery=int, worker_id=UUID)
def refuse(job_id: UUID, delivery: int, worker_id: UUID) -> Select[Any]:
    """Return a delivery that its worker has no code for; it came before the worker was known."""
    unserving = select(Worker.id).where(Worker.id == worker_id, not_(serves())).correlate(Job)
    return _put_back(fenced(job_id, delivery), unclaimed(job_id, delivery), unserving.exists())


def _put_back(*which: ColumnElement[bool]) -> Select[Any]:
    held = (
        select(Job.id, Job.queue, Job.tenant_id, Job.kind, Job.priority, Job.generation, Job.provider)
        .where(Job.state == "queued", *which)
        .with_for_update(key_share=True)
        .cte("held")
    )
    return select(held.c.id).add_cte(unleased(held), in_line(held, rank=0, delay_s=literal(0)))
