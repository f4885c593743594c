"""Server-sent events as fal's clients read them: no names, one JSON object each; they end after the last word."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import StreamingResponse
from sqlalchemy import RowMapping
from sqlalchemy.exc import SQLAlchemyError

from gateway.compat.fal.logs import entry
from gateway.compat.fal.statuses import read_status
from gateway.compat.following import followed
from gateway.edge import Edge
from gateway.events.feed import ENDS
from gateway.events.newsroom import HEARTBEAT_S
from gateway.events.stream import HEARTBEAT, STREAM, UNBUFFERED, let_cut
from gateway.jobs import reading
from mediamill.clock import monotonic
from mediamill.events.model import EventType
from mediamill.webhooks import fal

LOOK_S = 1.0


def streaming(request: Request, frames: AsyncIterator[bytes], headers: Mapping[str, str]) -> StreamingResponse:
    """Answer with a stream, which a stopping gateway may cut: the queue still tells how the request ends."""
    let_cut(request.scope)
    return StreamingResponse(_ended_in_order(frames), media_type=STREAM, headers={**UNBUFFERED, **headers})


async def output_stream(edge: Edge, tenant_id: UUID, job_id: UUID) -> AsyncIterator[bytes]:
    """Stream a job's progress and log, and last its output, or why there is none."""
    async for row in followed(edge, tenant_id, job_id):
        if row is None:
            yield HEARTBEAT
        elif row["type"] in ENDS:
            yield frame(await _last_word(edge, tenant_id, job_id))
        elif (told := _partly(row)) is not None:
            yield frame(told)


async def status_stream(edge: Edge, tenant_id: UUID, job_id: UUID, *, with_logs: bool) -> AsyncIterator[bytes]:
    """Stream where a request is, whenever that changes, until it is completed."""
    last, quiet_since = b"", monotonic()
    async with edge.pulse.watch_job(job_id) as ear:
        while not edge.closing.is_set():
            status = await read_status(edge, tenant_id, job_id, with_logs=with_logs)
            if (news := status.json_bytes()) != last:
                last, quiet_since = news, monotonic()
                yield b"data: " + news + b"\n\n"
            if status.is_over():
                return
            if monotonic() - quiet_since > HEARTBEAT_S:
                quiet_since = monotonic()
                yield HEARTBEAT
            await ear.wait(LOOK_S)


def frame(value: dict[str, Any]) -> bytes:
    """Write one event."""
    return f"data: {json.dumps(value, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()


async def _ended_in_order(frames: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """End a stream that has begun instead of breaking its connection off."""
    try:
        async for one in frames:
            yield one
    except SQLAlchemyError:
        yield frame(
            {"detail": "The database does not answer; ask the queue for the result.", "error_type": "unavailable"}
        )


def _partly(row: RowMapping) -> dict[str, Any] | None:
    if row["type"] == EventType.PROGRESS:
        return {"progress": row["data"], "logs": [entry(row).model_dump()]}
    if row["type"] == EventType.LOG:
        return {"logs": [entry(row).model_dump()]}
    return None


async def _last_word(edge: Edge, tenant_id: UUID, job_id: UUID) -> dict[str, Any]:
    async with edge.look() as connection:
        job = (await reading.show(connection, tenant_id, job_id)).model_dump(mode="json")
    failure = fal.failure(job)
    return fal.output(job) if failure is None else failure.body()
