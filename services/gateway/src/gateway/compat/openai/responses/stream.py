"""A response as a stream: named events in the order in which OpenAI's clients put them together, each with a number."""

from __future__ import annotations

from itertools import count
from typing import Any
from uuid import UUID

from gateway.compat.openai.asking import Asked
from gateway.compat.openai.conversation import pieces, text_of
from gateway.compat.openai.following import Frames, frame, quiet
from gateway.compat.openai.responses.mapping import message_id, message_of, response_of
from gateway.compat.openai.responses.models import OutputMessage, OutputText
from gateway.jobs import reading
from gateway.jobs.models import Job
from mediamill.jobs.states import State

_PLACE = {"output_index": 0, "content_index": 0}


class _Numbered:
    """Writes events, each with the next number."""

    def __init__(self) -> None:
        self._numbers = count()

    def __call__(self, name: str, **data: Any) -> bytes:
        name = f"response.{name}"
        return frame({"type": name, "sequence_number": next(self._numbers), **data}, name=name)


async def frames(asked: Asked, job: Job) -> Frames:
    """Say that the job began, and all of its text when it is written; or that it failed."""
    event, job_id = _Numbered(), UUID(job.id)
    begun = {**response_of(job).model_dump(), "status": "in_progress"}
    yield event("created", response=begun)
    yield event("in_progress", response=begun)
    async for beat in quiet(asked, job_id):
        yield beat
    async with asked.edge.look() as connection:
        job = await reading.show(connection, asked.tenant_id, job_id)
    if job.state is State.SUCCEEDED:
        for one in _text(event, job):
            yield one
    yield event(_ending(job), response=response_of(job).model_dump())


def _ending(job: Job) -> str:
    return {State.SUCCEEDED: "completed", State.FAILED: "failed", State.CANCELED: "failed"}.get(job.state, "incomplete")


def _text(event: _Numbered, job: Job) -> list[bytes]:
    item, text = message_id(job), text_of(job)
    place = {"item_id": item, **_PLACE}
    empty = OutputMessage(id=item, status="in_progress", content=[]).model_dump()
    return [
        event("output_item.added", output_index=0, item=empty),
        event("content_part.added", **place, part=OutputText(text="").model_dump()),
        *(event("output_text.delta", **place, delta=piece, logprobs=[]) for piece in pieces(text)),
        event("output_text.done", **place, text=text, logprobs=[]),
        event("content_part.done", **place, part=OutputText(text=text).model_dump()),
        event("output_item.done", output_index=0, item=message_of(job).model_dump()),
    ]
