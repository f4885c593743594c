"""A job asked for again with something changed: what the change does not touch is answered from history."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from gateway.edge import Edge
from gateway.jobs import reading
from gateway.jobs.accepting import Batch, Origin, accept_one
from gateway.jobs.models import PostJob, Revise
from mediamill.errors import Conflict, InvalidInput
from mediamill.jobs.states import FINAL, State

REVISES = "revises"
"""The word of a job's metadata that names the job which it revises."""


async def revise(edge: Edge, origin: Origin, job_id: UUID, change: Revise) -> Batch:
    """Accept a job of the same kind, with the same input but for what is changed.

    Raises ``NotFound``; ``Conflict`` while the job has not ended, or for a kind whose answers are not reused;
    ``InvalidInput`` when nothing would change, or when the changed input does not fit the kind.
    """
    tenant_id = origin.principal.tenant_id
    async with edge.look() as connection:
        job = await reading.find(connection, tenant_id, job_id)
    kind = edge.registry.kind(job["kind"])
    if State(job["state"]) not in FINAL:
        raise Conflict(f"Job {job_id} is {job['state']}; it can be revised when it has ended.")
    if not kind.manifest.reuse:
        raise Conflict(f"{kind.name} is made anew each time, so there is nothing to reuse; post it as a new job.")
    before: dict[str, Any] = job["input"]
    post = PostJob(
        kind=kind.name,
        input=kind.ask.revised(before, change.input),
        cache="reuse",
        priority=job["priority"] if change.priority is None else change.priority,
        metadata={**job["metadata"], **change.metadata, REVISES: str(job_id)},
        **change.model_dump(include={"max_cost", "deadline_s"}),
        webhook=change.webhook,
    )
    if kind.read(post.input).model_dump(mode="json") == kind.read(before).model_dump(mode="json"):
        raise InvalidInput("Nothing is changed.", errors=[(["input"], "it is the input that the job has")])
    return await accept_one(edge, origin, post)
