"""The short way from the line to the wire, when there is room for everybody: one statement, and nothing to choose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from conductor.dispatch import queries
from conductor.dispatch.tracing import delivery
from mediamill.db.prepared import Prepared
from mediamill.db.session import Database
from mediamill.queues.ageing import Waiting, in_order
from mediamill.queues.fair import Candidate, TenantLine, Turns, next_batch
from mediamill.wire.message import Delivery

LOCK_CLASS = 0x646973


def all_at_once(
    db: Database, queue: str, slots: int, served: Sequence[str] | None, age_step_ms: int
) -> list[Delivery] | None:
    """Hand over the whole line of a queue and give it in the order in which it would have gone one by one.

    ``None``: it does not fit into ``slots``, a tenant in it has a limit, or the label of a job in it is not among
    those that are ``served`` (``None``: all are), and nothing was moved.
    """
    given = {"queue": queue, "slots": slots, "served": served, "key": LOCK_CLASS}
    rows = db.forgetful.rows(Prepared(queries.ALL_AT_ONCE, given))
    if not rows[0].all_do:
        return None
    taken = {row.id: row for row in rows if row.id is not None}
    order = list(taken) if len(taken) <= 1 else _order(rows, age_step_ms)
    return [delivery(taken[job], queue) for job in order]


def _order(rows: list[Any], age_step_ms: int) -> list[UUID]:
    jobs: defaultdict[UUID, list[Waiting]] = defaultdict(list)
    for row in rows:
        jobs[row.tenant_id].append(Waiting(row.id, row.kind, row.rank, row.priority))
    weights = {row.tenant_id: row.weight for row in rows}
    lines = {
        tenant: TenantLine(
            weight=weights[tenant],
            room=len(rows),
            jobs=[Candidate(job.job_id, job.kind) for job in in_order(found, age_step_ms)],
        )
        for tenant, found in jobs.items()
    }
    return next_batch(lines, Turns.model_validate(rows[0].turns), len(rows)).jobs
