"""From one job to the next in a slot: the end of one run and the claim of the next one are one statement and commit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, literal, select

from mediamill.db.prepared import prepared
from mediamill.jobs.model import Job
from mediamill.jobs.transition import claimed, fenced, succeeded


@prepared(job_id=UUID, delivery=int, output=dict, reusable=bool, next_id=UUID, next_delivery=int, worker_id=UUID)
def succeed_and_claim(
    job_id: UUID,
    delivery: int,
    output: Mapping[str, Any],
    *,
    reusable: bool,
    next_id: UUID,
    next_delivery: int,
    worker_id: UUID,
) -> Select[Any]:
    """End a run with its answer, and begin the next one if this one was still held.

    One row: ``ended`` is the job that ended, or null; the rest is the next run, or null. The next job's row is never
    waited for while the first one's is held, so nobody can wait in a circle; who finds it taken claims it alone.
    """
    ended, *followed = succeeded(fenced(job_id, delivery), output, reusable=reusable)
    free = (
        select(Job.id)
        .where(fenced(next_id, next_delivery), select(ended.c.id).exists())
        .with_for_update(key_share=True, skip_locked=True)
        .cte("free")
    )
    begun, *told = claimed(Job.id == select(free.c.id).scalar_subquery(), next_id, next_delivery, worker_id)
    always = select(literal(1).label("one")).cte("always")
    rows = always.outerjoin(ended, literal(True)).outerjoin(begun, literal(True))
    return select(ended.c.id.label("ended"), *begun.c).select_from(rows).add_cte(*followed, *told)
