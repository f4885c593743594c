"""A prediction's stream: what it logs, what it made, and that it is done; whoever comes late is told all of it.

The job's own events are read by their numbers; an event here is named by the number that it comes from and its part.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Iterator
from typing import NamedTuple

from fastapi import Request
from fastapi.responses import StreamingResponse
from sqlalchemy import RowMapping
from sqlalchemy.exc import SQLAlchemyError

from gateway.compat.capability import Opened
from gateway.compat.following import followed
from gateway.compat.replicate.reading import read_prediction
from gateway.edge import Edge
from gateway.events.feed import ENDS
from gateway.events.stream import HEARTBEAT, OPENING, STREAM, UNBUFFERED, let_cut
from mediamill.webhooks.replicate import Log, Prediction, Told

_HEADERS = {**UNBUFFERED, "Content-Type": STREAM}
"""The type goes without a charset: clients compare it."""

log = logging.getLogger(__name__)


class Place(NamedTuple):
    """Where a client is: the number of the job's event, and which part of what is told of it."""

    seq: int
    part: int


def read_place(text: str | None) -> Place:
    """Read a Last-Event-ID; what is none begins at the beginning."""
    seq, _, part = (text or "").partition(".")
    whole = seq.isascii() and seq.isdigit() and part.isascii() and part.isdigit() and len(seq) + len(part) < 20
    return Place(int(seq), int(part)) if whole else Place(0, 0)


def streaming(request: Request, edge: Edge, opened: Opened, after: Place) -> StreamingResponse:
    """Answer with the stream of a job."""
    let_cut(request.scope)
    return StreamingResponse(_frames(edge, opened, after), headers=_HEADERS)


async def _frames(edge: Edge, opened: Opened, after: Place) -> AsyncIterator[bytes]:
    """Give what comes behind a place, and end when the job has; when the database fails the client comes back."""
    log_so_far = Log()
    yield OPENING + b"\n"
    try:
        async for row in followed(edge, opened.tenant_id, opened.job_id, after=max(0, after.seq - 1)):
            if row is None:
                yield HEARTBEAT
                continue
            for part, (event, data) in enumerate(await _told(edge, opened, row, log_so_far)):
                if Place(row["seq"], part) > after:
                    yield _frame(Place(row["seq"], part), event, data)
    except SQLAlchemyError as error:
        log.warning("a stream ends: %s", type(error).__name__)


async def _told(edge: Edge, opened: Opened, row: RowMapping, log_so_far: Log) -> list[tuple[str, str]]:
    if row["type"] not in ENDS:
        return [("logs", line + "\n") for line in log_so_far.lines([Told.model_validate(row)])]
    async with edge.look() as connection:
        ended = await read_prediction(connection, opened.tenant_id, opened.job_id)
    return list(_ending(ended))


def _ending(ended: Prediction) -> Iterator[tuple[str, str]]:
    match ended.status:
        case "succeeded":
            for made in ended.output if isinstance(ended.output, list) else [ended.output]:
                yield "output", made if isinstance(made, str) else json.dumps(made, ensure_ascii=False)
            yield "done", "{}"
        case "canceled":
            yield "done", '{"reason": "canceled"}'
        case _:
            yield "error", ended.error or "The job failed."
            yield "done", '{"reason": "error"}'


def _frame(place: Place, event: str, data: str) -> bytes:
    lines = "".join(f"data: {line}\n" for line in data.split("\n"))
    return f"event: {event}\nid: {place.seq}.{place.part}\n{lines}\n".encode()
