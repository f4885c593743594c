"""A fair choice where nobody has a limit, as in most backlogs: one statement reads, one hands over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from conductor.dispatch import queries
from conductor.dispatch.tracing import delivery
from mediamill.db.prepared import Prepared
from mediamill.db.session import Database
from mediamill.queues.ageing import Waiting, in_order
from mediamill.queues.fair import Batch, Candidate, TenantLine, Turns, next_batch
from mediamill.wire.message import Delivery

UNBOUNDED = 1_000_000


def fair_share(
    db: Database, queue: str, slots: int, served: Sequence[str] | None, age_step_ms: int
) -> list[Delivery] | None:
    """Hand over up to ``slots`` jobs of a queue in fair order; none if a rival has served the queue meanwhile.

    ``None``: a tenant in line has a limit, or nothing is remembered of the queue yet, and nothing was moved.
    """
    given = {"queue": queue, "slots": slots, "served": served, "full_kinds": []}
    rows = db.forgetful.rows(Prepared(queries.CHOICE, given))
    turns, version = rows[0].turns, rows[0].version
    found = [row for row in rows if row.job_id is not None]
    if version is None or any(row.max_running is not None for row in found):
        return None
    batch = next_batch(tenant_lines(found, {}, slots, age_step_ms), Turns.model_validate(turns), slots)
    return _given(db, queue, version, batch) if batch.jobs else []


def tenant_lines(rows: Sequence[Any], room: Mapping[UUID, int], slots: int, age_step_ms: int) -> dict[UUID, TenantLine]:
    """Give the head of each candidate's tenant's line; ``room`` tells how much the limited ones may still run."""
    jobs: defaultdict[UUID, list[Waiting]] = defaultdict(list)
    for row in rows:
        jobs[row.tenant_id].append(Waiting(row.job_id, row.kind, row.rank, row.priority))
    weights = {row.tenant_id: row.weight for row in rows}
    return {
        tenant: TenantLine(
            weight=weights[tenant],
            room=room.get(tenant, UNBOUNDED),
            jobs=[Candidate(job.job_id, job.kind) for job in in_order(waiting, age_step_ms)[:slots]],
        )
        for tenant, waiting in jobs.items()
    }


def _given(db: Database, queue: str, version: str, batch: Batch) -> list[Delivery]:
    values = {"queue": queue, "version": version, "turns": batch.turns.model_dump_json(), "ids": batch.jobs}
    taken = {row.id: row for row in db.forgetful.rows(Prepared(queries.GIVE, values))}
    return [delivery(taken[job], queue) for job in batch.jobs if job in taken]
