"""Statements that read jobs. Each is scoped to a tenant."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select, TextClause, case, func, select, text

from mediamill.budgets.model import Entry
from mediamill.jobs.model import Job
from mediamill.steps.model import Step

SHOWN = (
    Job.id,
    Job.tenant_id,
    Job.kind,
    Job.queue,
    Job.state,
    Job.priority,
    Job.input,
    Job.output,
    Job.error,
    Job.progress,
    Job.attempt,
    Job.crashes,
    Job.seq,
    Job.parent_id,
    Job.root_id,
    Job.provider,
    Job.cost,
    Job.metadata_.label("metadata"),
    Job.created_at,
    Job.started_at,
    Job.finished_at,
)


_TREE = (
    select(func.coalesce(func.sum(case((Entry.type == "settle", Entry.amount), else_=-Entry.amount)), 0))
    .where(Entry.root_id == Job.id, Entry.type.in_(["settle", "refund"]))
    .correlate(Job)
    .scalar_subquery()
    .label("total_cost")
)


def one(tenant_id: UUID, job_id: UUID) -> Select[Any]:
    """Give a job of the tenant, with what its whole tree has cost if it is the root of one."""
    return select(*SHOWN, _TREE).where(Job.tenant_id == tenant_id, Job.id == job_id)


def standing(tenant_id: UUID, job_id: UUID) -> Select[str, int]:
    """Give no more than the state of a job of the tenant and how many events it has."""
    return select(Job.state, Job.seq).where(Job.tenant_id == tenant_id, Job.id == job_id)


def many(tenant_id: UUID, job_ids: list[UUID]) -> Select[Any]:
    """Give these jobs of the tenant, in no order."""
    return select(*SHOWN).where(Job.tenant_id == tenant_id, Job.id.in_(job_ids))


def whole(tenant_id: UUID, job_ids: list[UUID]) -> Select[Any]:
    """Give these jobs of the tenant, in no order, with what the tree of each root has cost."""
    return select(*SHOWN, _TREE).where(Job.tenant_id == tenant_id, Job.id.in_(job_ids))


def steps(tenant_id: UUID, job_id: UUID) -> Select[Any]:
    """Give the journal of a job of the tenant."""
    return (
        select(Step.ordinal, Step.name, Step.type, Step.state, Step.result, Step.started_at, Step.finished_at)
        .join(Job, Job.id == Step.job_id)
        .where(Job.tenant_id == tenant_id, Job.id == job_id)
        .order_by(Step.ordinal)
    )


_WAITING = text("""
SELECT jobs.queue, jobs.kind, jobs.provider, jobs.attempt, jobs.generation, lines.run_at,
    coalesce(lines.rank = 0 AND EXISTS (
        SELECT 1 FROM predictions AS bought WHERE bought.job_id = jobs.id AND bought.vendor_id IS NOT NULL
    ), false) AS is_bought,
    coalesce(lines.run_at > now(), false) AS is_later,
    leases.job_id IS NOT NULL AS is_handed_over, waits.reason AS awaited, waits.signal,
    (SELECT leader_id FROM flights WHERE flights.tenant_id = waits.tenant_id
        AND flights.fingerprint = waits.fingerprint) AS leader_id,
    coalesce(waits.wake_at, predictions.next_at) AS wake_at, waits.pending, predictions.vendor, predictions.polls,
    coalesce(queues.paused, false) AS is_paused, tenants.max_running,
    (SELECT count(*) FROM leases AS others WHERE others.tenant_id = jobs.tenant_id)::int AS tenant_running,
    EXISTS (
        SELECT 1 FROM workers
        WHERE NOT draining AND seen_at > now() - make_interval(secs => :lease_s) AND jobs.queue = ANY(workers.queues)
          AND coalesce(serves -> jobs.kind @> to_jsonb(jobs.generation),
                       serves IS NULL OR serves -> jobs.kind IS NOT NULL)
    ) AS is_served,
    (SELECT count(*) FROM leases AS others WHERE others.kind = jobs.kind)::int AS kind_running
FROM jobs JOIN tenants ON tenants.id = jobs.tenant_id
LEFT JOIN lines ON lines.job_id = jobs.id
LEFT JOIN leases ON leases.job_id = jobs.id
LEFT JOIN waits ON waits.job_id = jobs.id
LEFT JOIN predictions ON predictions.job_id = waits.job_id AND predictions.ordinal = waits.ordinal
LEFT JOIN queues ON queues.name = jobs.queue
WHERE jobs.id = :job_id AND jobs.tenant_id = :tenant_id AND jobs.state IN ('queued', 'waiting')
""")


def waiting() -> TextClause:
    """Give what keeps ``:job_id`` of ``:tenant_id`` from running (``:lease_s``); no row when nothing does."""
    return _WAITING
