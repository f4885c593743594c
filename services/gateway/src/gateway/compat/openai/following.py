"""What happens to a job while its client reads a stream, and the stream itself."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

from fastapi.responses import StreamingResponse

from gateway.compat.following import followed
from gateway.compat.openai.asking import Asked
from gateway.compat.openai.creating import unsuccessful
from gateway.compat.openai.dialect import Refused, body_of, written
from gateway.events.stream import HEARTBEAT, STREAM, UNBUFFERED
from gateway.jobs import reading
from gateway.jobs.models import Job
from mediamill.errors import MediamillError
from mediamill.jobs.states import State

log = logging.getLogger(__name__)

DONE = b"data: [DONE]\n\n"

Frames = AsyncIterator[bytes]


def streaming(asked: Asked, frames: Frames) -> StreamingResponse:
    """Answer with a stream. What goes wrong in it is its last event, since its status has been sent."""
    return StreamingResponse(_seated(asked, frames), media_type=STREAM, headers=UNBUFFERED)


def frame(data: Mapping[str, Any], *, name: str | None = None) -> bytes:
    """Write an event, named or not."""
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return (f"event: {name}\n" if name else "").encode() + f"data: {text}\n\n".encode()


async def quiet(asked: Asked, job_id: UUID) -> Frames:
    """Keep a stream alive until the job has ended."""
    async for row in followed(asked.edge, asked.tenant_id, job_id):
        if row is None:
            yield HEARTBEAT


async def ended(asked: Asked, job_id: UUID) -> Job:
    """Give the job that has succeeded. Raises ``Refused`` for one that has not."""
    async with asked.edge.look() as connection:
        job = await reading.show(connection, asked.tenant_id, job_id)
    if job.state is not State.SUCCEEDED:
        raise unsuccessful(job)
    return job


async def _seated(asked: Asked, frames: Frames) -> Frames:
    yield HEARTBEAT
    try:
        with asked.patience.seat():
            async for one in frames:
                yield one
    except Refused as refused:
        yield _broken(refused.error)
    except MediamillError as error:
        code = error.code.replace("-", "_")
        yield _broken(written(error.status, error.detail or error.title(), code=code, param=None))
    except Exception:
        log.exception("a stream broke off")
        yield _broken(written(500, "The stream broke off; the job goes on.", code="stream_broken", param=None))


def _broken(error: Mapping[str, str | None]) -> bytes:
    return b"event: error\ndata: " + body_of(error) + b"\n\n"
