"""The routes that read jobs and change their course."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query

from gateway.auth import Owner
from gateway.edge import Edge, EdgeOf
from gateway.ids import PathId, uuid_or_nothing
from gateway.jobs import present, reading
from gateway.jobs.cancelling import canceling
from gateway.jobs.models import Job, Step
from gateway.jobs.outlook import show_with_outlook
from gateway.keyring import Principal
from gateway.limits import StrictJsonRoute
from gateway.paging import Cursor, Limit, Listed, cut, read_cursor
from gateway.problems import InvalidRequest, refusals
from mediamill.errors import UnknownKind
from mediamill.hints import DISPATCH, job_topic, tenant_topic
from mediamill.jobs import queries
from mediamill.jobs.listing import page
from mediamill.jobs.redrive import redrive
from mediamill.jobs.states import State
from mediamill.jobs.wake import deliver_signal

router = APIRouter(tags=["jobs"], route_class=StrictJsonRoute)

SignalName = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.-]{1,100}$", description="what the job waits for")]


@router.get("/v1/jobs", summary="List jobs", responses=refusals(404, 422))
async def list_jobs(
    edge: EdgeOf,
    owner: Owner,
    state: Annotated[State | None, Query()] = None,
    kind: Annotated[str | None, Query(max_length=100)] = None,
    queue: Annotated[str | None, Query(max_length=100)] = None,
    parent: Annotated[str | None, Query(max_length=100, description="only children of this job")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Listed[Job]:
    """Give a page of your jobs, newest first; jobs that come meanwhile never shift the next page."""
    if kind is not None and kind not in edge.registry.kinds:
        raise UnknownKind(f"{kind!r}.", errors=[(["query", "kind"], "unknown kind")])
    if queue is not None and queue not in edge.registry.queues:
        raise InvalidRequest(f"There is no queue {queue!r}.", errors=[(["query", "queue"], "unknown queue")])
    parent_id = uuid_or_nothing(parent) if parent is not None else None
    return await _page(edge, owner, limit, cursor, state=state, kinds=_kinds(edge, kind, queue), parent=parent_id)


@router.get("/v1/jobs/{id}", summary="Get a job", responses=refusals(404))
async def get_job(id: PathId, edge: EdgeOf, owner: Owner) -> Job:
    """Give a job as it is now; while it does not run, also why, and when it will have ended."""
    async with edge.look() as connection:
        return await show_with_outlook(edge, connection, owner.tenant_id, id)


@router.get("/v1/jobs/{id}/children", summary="List a job's children", responses=refusals(404, 422))
async def list_children(
    id: PathId, edge: EdgeOf, owner: Owner, limit: Limit = 50, cursor: Cursor = None
) -> Listed[Job]:
    """Give a page of the jobs that a job began, newest first."""
    return await _page(edge, owner, limit, cursor, parent=id)


@router.get("/v1/jobs/{id}/steps", summary="Read a job's journal", responses=refusals(404))
async def list_steps(id: PathId, edge: EdgeOf, owner: Owner) -> Listed[Step]:
    """Give all side effects of a job in their order, with their times."""
    async with edge.look() as connection:
        rows = (await connection.execute(queries.steps(owner.tenant_id, id))).mappings().all()
        if not rows:
            await reading.find(connection, owner.tenant_id, id)
    return Listed(data=[present.step(row) for row in rows])


@router.post("/v1/jobs/{id}/cancel", summary="Cancel a job", responses=refusals(404))
async def cancel_job(id: PathId, edge: EdgeOf, owner: Owner) -> Job:
    """End a job and all that it began. Idempotent; a job that has ended stays as it is."""
    async with canceling(edge, owner.tenant_id, id) as done:
        return await reading.show(done.connection, owner.tenant_id, id)


@router.post("/v1/jobs/{id}/retry", status_code=202, summary="Try a failed job again", responses=refusals(404, 409))
async def retry_job(id: PathId, edge: EdgeOf, owner: Owner) -> Job:
    """Put a failed job in line again with its journal kept: what was done is not done again."""
    async with edge.transaction() as connection:
        await connection.run_sync(redrive, owner.tenant_id, id)
        job = await reading.show(connection, owner.tenant_id, id)
    edge.tell(DISPATCH, job_topic(id), tenant_topic(owner.tenant_id))
    return job


@router.post(
    "/v1/jobs/{id}/signals/{name}",
    status_code=202,
    summary="Deliver a signal",
    responses=refusals(400, 404, 409, 413, 422),
)
async def signal_job(
    id: PathId,
    name: SignalName,
    edge: EdgeOf,
    owner: Owner,
    body: Annotated[Any, Body(description="any JSON; the job gets it", examples=[{"approved": True}])] = None,
) -> Job:
    """Give a job what it waits for; a signal that comes early is kept until the job asks for it."""
    async with edge.transaction() as connection:
        await connection.run_sync(deliver_signal, owner.tenant_id, id, name, body)
        job = await reading.show(connection, owner.tenant_id, id)
    edge.tell(DISPATCH, job_topic(id), tenant_topic(owner.tenant_id))
    return job


def _kinds(edge: Edge, kind: str | None, queue: str | None) -> list[str] | None:
    """Give the kinds that are asked for: a queue's jobs are those of its kinds."""
    if queue is None:
        return None if kind is None else [kind]
    return [found.name for found in edge.registry.queue(queue).kinds() if kind in {None, found.name}]


async def _page(
    edge: Edge,
    owner: Principal,
    limit: int,
    cursor: str | None,
    *,
    parent: UUID | None = None,
    state: State | None = None,
    kinds: Sequence[str] | None = None,
) -> Listed[Job]:
    scope = f"jobs:{owner.tenant_id}"
    position = read_cursor(cursor, scope)
    statement = page(
        owner.tenant_id,
        state=state,
        kinds=kinds,
        parent=parent,
        before=UUID(position) if position else None,
        limit=limit + 1,
    )
    async with edge.look() as connection:
        if parent is not None:
            await reading.find(connection, owner.tenant_id, parent)
        rows, next_cursor = cut((await connection.execute(statement)).mappings().all(), limit, scope)
        return Listed(data=await reading.show_rows(connection, owner.tenant_id, rows), next_cursor=next_cursor)
