"""A job with its outlook: why it does not run, and when it will have ended. Derived when asked, never stored."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.edge import Edge
from gateway.estimates.eta import Eta, Known, eta
from gateway.estimates.forecast import Load
from gateway.jobs import present, reading
from gateway.jobs.models import Job, WaitingFor
from gateway.jobs.why import why, why_provider
from gateway.queues.facts import read_crew
from mediamill import clock
from mediamill.jobs import queries
from mediamill.jobs.states import State
from mediamill.providers.quotas import standing, stands
from mediamill.queues.positions import Place

STANDING_STILL = frozenset({"paused_queue", "no_worker"})
"""Nobody can tell when these end."""


async def show_with_outlook(edge: Edge, connection: AsyncConnection, tenant_id: UUID, job_id: UUID) -> Job:
    """Show one job. Raises ``NotFound``."""
    row = await reading.find(connection, tenant_id, job_id)
    if row["state"] not in {State.QUEUED, State.WAITING}:
        return present.job(row, {})
    places = await reading.find_places(connection, tenant_id, [job_id] if row["state"] == State.QUEUED else [])
    job = present.job(row, places)
    given = {"job_id": job_id, "tenant_id": tenant_id, "lease_s": edge.config.lease_s}
    facts = (await connection.execute(queries.waiting(), given)).mappings().one_or_none()
    if facts is None:
        return job
    crew = await read_crew(edge, connection, job.queue)
    kind = edge.registry.kinds.get(job.kind)
    limit = kind.manifest.max_running if kind is not None else None
    reason = why(facts, crew["slots"], limit)
    if reason.reason == "line" and not facts["is_handed_over"] and not facts["is_bought"]:
        reason = await _of_provider(edge, connection, job, places.get(job_id)) or reason
    if row["state"] == State.WAITING or reason.reason in STANDING_STILL or kind is None:
        return job.model_copy(update={"waiting_for": reason})
    known = Known(await edge.history.runs(connection), edge.registry)
    load = _load(reason, facts, crew, places.get(job_id), limit)
    expected: Eta | None = eta(_begins(facts, reason), kind, load, crew["mix"], known)
    return job.model_copy(update={"waiting_for": reason, "eta": expected})


def _load(reason: WaitingFor, facts: RowMapping, crew: RowMapping, place: Place | None, limit: int | None) -> Load:
    """Tell what is ahead of a job. Under a limit that is what shares the limit; before its time, nothing is known."""
    slots: int = crew["slots"]
    if place is None:
        return Load(0, slots, 0)
    if reason.reason == "tenant_limit":
        return Load(place.own, min(slots, facts["max_running"]), facts["tenant_running"])
    if reason.reason == "kind_limit":
        return Load(place.position, min(slots, limit or slots), facts["kind_running"])
    if reason.reason == "provider_limit" and reason.until is not None:
        return Load(0, slots, 0)
    return Load(place.position, slots, crew["busy"])


async def _of_provider(edge: Edge, connection: AsyncConnection, job: Job, place: Place | None) -> WaitingFor | None:
    if job.provider is None or (limit := edge.config.provider_limits.get(job.provider)) is None:
        return None
    row = (await connection.execute(standing(), {"providers": [job.provider]})).one()
    return why_provider(job.provider, stands(row, limit), place.position if place is not None else 0)


def _begins(facts: RowMapping, reason: WaitingFor) -> datetime:
    if reason.reason == "provider_limit" and reason.until is not None:
        return datetime.fromisoformat(reason.until)
    later: datetime | None = facts["run_at"] if facts["is_later"] else None
    return later or clock.now()
