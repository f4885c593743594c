"""The routes that tell what happened."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse

from gateway.auth import Owner
from gateway.edge import Edge, EdgeOf
from gateway.events import positions
from gateway.events.models import Event, event
from gateway.events.positions import BadLastEventId, EventGone
from gateway.events.stream import STREAM, EventStream
from gateway.ids import PathId
from gateway.jobs import reading
from gateway.paging import Cursor, Limit, Listed, cut, read_cursor
from gateway.problems import refusals
from mediamill.db.prepared import prepared
from mediamill.errors import NotFound
from mediamill.events import queries
from mediamill.events.queries import START, Position, Source
from mediamill.jobs.queries import standing
from mediamill.jobs.states import FINAL

router = APIRouter(tags=["events"])

_standing = prepared(tenant_id=UUID, job_id=UUID)(standing)
_EXAMPLE = 'id: 3\nevent: job.progress\ndata: {"seq":3,"job_id":"…","type":"job.progress","at":"…","data":{}}\n\n'
_STREAMED: dict[str, Any] = {STREAM: {"schema": {"type": "string"}, "example": _EXAMPLE}}

LastEventHeader = Annotated[
    str | None, Header(alias="Last-Event-ID", description="streams: send only what came after this event")
]
LastEventQuery = Annotated[
    str | None, Query(alias="last_event_id", description="the same, where a header cannot be set")
]
Accept = Annotated[str, Header(description="application/json for a list, text/event-stream for a stream")]


@router.get(
    "/v1/jobs/{id}/events",
    summary="List or stream a job's events",
    response_model=Listed[Event],
    responses={
        200: {"description": "A page, oldest first, or a stream.", "content": _STREAMED},
        204: {"description": "The stream has ended: nothing is left to send, do not reconnect."},
        **refusals(400, 404, 422, 429),
    },
)
async def job_events(
    id: PathId,
    edge: EdgeOf,
    owner: Owner,
    accept: Accept = "application/json",
    last_event_id: LastEventHeader = None,
    last_event: LastEventQuery = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    """Give the log of a job. A stream replays what came after Last-Event-ID, goes on live and ends with the job."""
    scope = f"events:{owner.tenant_id}:{id}"
    position = read_cursor(cursor, scope)
    if STREAM not in accept.lower():
        statement = queries.of_job(owner.tenant_id, id, after=int(position or 0), limit=limit + 1)
        async with edge.look() as connection:
            await reading.find(connection, owner.tenant_id, id)
            rows, next_cursor = cut((await connection.execute(*statement)).mappings().all(), limit, scope, "seq")
        return Listed(data=[event(row) for row in rows], next_cursor=next_cursor)
    after = positions.read_seq(last_event_id if last_event_id is not None else last_event)
    async with edge.look() as connection:
        job = (await connection.execute(*_standing(owner.tenant_id, id))).one_or_none()
    if job is None:
        raise NotFound(f"Job {id}.")
    if after is not None and after > job.seq:
        raise BadLastEventId(f"{after}; the job's last event is {job.seq}.")
    if after == job.seq and job.state in FINAL:
        return Response(status_code=204)
    return EventStream(edge.newsroom, Source(owner.tenant_id, id), Position(0, after or 0))


@router.get(
    "/v1/events",
    summary="Stream all of your events",
    response_class=StreamingResponse,
    responses={
        200: {"description": "A stream that does not end.", "content": _STREAMED},
        **refusals(400, 410, 429),
    },
)
async def tenant_events(
    edge: EdgeOf,
    owner: Owner,
    last_event_id: LastEventHeader = None,
    last_event: LastEventQuery = None,
) -> EventStream:
    """Stream the events of all of your jobs from now on, or behind Last-Event-ID; 0 begins with the oldest."""
    after = positions.read_position(last_event_id if last_event_id is not None else last_event)
    if after is None:
        async with edge.look() as connection:
            after = Position(*(await connection.execute(queries.ends_now())).one())
    elif after != START:
        await _check(edge, owner.tenant_id, after)
    return EventStream(edge.newsroom, Source(owner.tenant_id), after)


async def _check(edge: Edge, tenant_id: UUID, after: Position) -> None:
    async with edge.look() as connection:
        found = (await connection.execute(*queries.is_kept(tenant_id, after))).one()
    if not found.is_past:
        raise BadLastEventId(f"{positions.write(after)} lies in the future.")
    if after.number and not found.is_kept:
        raise EventGone("Begin anew: without Last-Event-ID from now on, with 0 from the oldest event that is kept.")
