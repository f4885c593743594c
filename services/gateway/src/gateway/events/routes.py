"""The routes that tell what happened."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from gateway.auth import Owner
from gateway.edge import EdgeOf
from gateway.events.models import Event, event
from gateway.events.stream import job_stream, tenant_stream
from gateway.ids import PathId
from gateway.jobs import reading
from gateway.paging import Cursor, Limit, Listed, cut, read_cursor
from gateway.problems import InvalidRequest, refusals
from mediamill.events import queries
from mediamill.events.queries import START
from mediamill.jobs.states import FINAL

router = APIRouter(tags=["events"])

STREAM = "text/event-stream"
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_EXAMPLE = 'id: 3\nevent: job.progress\ndata: {"seq":3,"job_id":"…","type":"job.progress","at":"…","data":{}}\n\n'
_STREAMED: dict[str, Any] = {STREAM: {"schema": {"type": "string"}, "example": _EXAMPLE}}
_MOST_DIGITS = 18

LastEventHeader = Annotated[
    str | None, Header(alias="Last-Event-ID", description="streams: send only what came after this event")
]
LastEventQuery = Annotated[
    str | None, Query(alias="last_event_id", description="the same, where a header cannot be set")
]
Accept = Annotated[str, Header(description="application/json for a list, text/event-stream for a stream")]


class BadLastEventId(InvalidRequest):
    """The Last-Event-ID is not one that this stream gave."""

    code, status = "bad-last-event-id", 400


@router.get(
    "/v1/jobs/{id}/events",
    summary="List or stream a job's events",
    response_model=Listed[Event],
    responses={
        200: {"description": "A page, oldest first, or a stream.", "content": _STREAMED},
        204: {"description": "The stream has ended: nothing is left to send, do not reconnect."},
        **refusals(400, 404, 422),
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
    after = _number(last_event_id if last_event_id is not None else last_event)
    async with edge.look() as connection:
        job = await reading.find(connection, owner.tenant_id, id)
    if after is not None and after > job["seq"]:
        raise BadLastEventId(f"{after}; the job's last event is {job['seq']}.")
    if after == job["seq"] and job["state"] in FINAL:
        return Response(status_code=204)
    return _streaming(job_stream(edge, owner.tenant_id, id, after or 0))


@router.get(
    "/v1/events",
    summary="Stream all of your events",
    response_class=StreamingResponse,
    responses={200: {"description": "A stream that does not end.", "content": _STREAMED}, **refusals(400)},
)
async def tenant_events(
    request: Request,
    edge: EdgeOf,
    owner: Owner,
    last_event_id: LastEventHeader = None,
    last_event: LastEventQuery = None,
) -> StreamingResponse:
    """Stream the events of all of your jobs from now on, or behind Last-Event-ID; 0 begins with the oldest."""
    number = _number(last_event_id if last_event_id is not None else last_event)
    async with edge.look() as connection:
        if number is None:
            row = (await connection.execute(queries.newest(owner.tenant_id))).one()
            return _streaming(tenant_stream(edge, owner.tenant_id, queries.Position(row.xid, row.number)))
        found = (await connection.execute(queries.position_of(owner.tenant_id, number))).scalar_one_or_none()
    if found is None and number > 0:
        raise BadLastEventId(f"{number} is none of your events, or one that is no longer kept.")
    position = START if found is None else queries.Position(found, number)
    return _streaming(tenant_stream(edge, owner.tenant_id, position))


def _streaming(frames: AsyncIterator[bytes]) -> StreamingResponse:
    return StreamingResponse(frames, media_type=STREAM, headers=_HEADERS)


def _number(text: str | None) -> int | None:
    """Read a Last-Event-ID; an empty one is none, as EventSource sends it before its first event."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise BadLastEventId(f"{text[:50]!r} is not a number.")
    return int(text)
