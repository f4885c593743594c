"""The routes of responses."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from gateway.compat.openai.asking import Asked, Asking
from gateway.compat.openai.creating import Wanted, create, create_and_wait
from gateway.compat.openai.following import streaming
from gateway.compat.openai.mapping import RESPONSES, our_id
from gateway.compat.openai.responses.mapping import PREFIX, input_of, response_of
from gateway.compat.openai.responses.models import ModelResponse, PostResponse
from gateway.compat.openai.responses.stream import frames
from gateway.compat.openai.route import OpenAIRoute
from gateway.compat.openai.webhook import webhook_of
from gateway.jobs import reading
from gateway.jobs.cancelling import canceling
from gateway.jobs.models import Job
from mediamill.errors import NotFound

router = APIRouter(prefix="/openai/v1/responses", tags=["openai"], route_class=OpenAIRoute)


@router.post("", name="openai_respond", response_model=ModelResponse, summary="Write a response")
async def respond(post: PostResponse, asked: Asking) -> Response:
    """Write from a text or messages; held back until it is written, streamed then, or in the background."""
    model = asked.model(post.model, RESPONSES)
    webhook, metadata = webhook_of(post.webhook), post.metadata or {}
    wanted = Wanted(RESPONSES, model, input_of(post, model.kind.ask), post.model, metadata, webhook)
    if post.stream:
        asked.patience.check()
        return streaming(asked, frames(asked, await create(asked, wanted)))
    job = await (create(asked, wanted) if post.background else create_and_wait(asked, wanted))
    said = {"background": bool(post.background), "max_output_tokens": post.max_output_tokens}
    return _told(job, **said, instructions=post.instructions)


@router.get("/{response_id}", name="openai_get_response", response_model=ModelResponse, summary="Get a response")
async def get_response(response_id: str, asked: Asking) -> Response:
    """Give a response as it is now."""
    return _told(await _response(asked, response_id))


@router.post(
    "/{response_id}/cancel", name="openai_cancel_response", response_model=ModelResponse, summary="Cancel a response"
)
async def cancel_response(response_id: str, asked: Asking) -> Response:
    """End a response that is not written yet; one that has ended stays as it is."""
    job_id = UUID((await _response(asked, response_id)).id)
    async with canceling(asked.edge, asked.tenant_id, job_id) as done:
        job = await reading.show(done.connection, asked.tenant_id, job_id)
    return _told(job)


async def _response(asked: Asked, response_id: str) -> Job:
    async with asked.edge.look() as connection:
        job = await reading.show(connection, asked.tenant_id, our_id(PREFIX, response_id))
    kind = asked.edge.registry.kind(job.kind)
    if kind.queue != RESPONSES.queue or RESPONSES.field not in kind.ask.model_fields:
        raise NotFound(f"Response {response_id}.")
    return job


def _told(job: Job, **said: Any) -> Response:
    return JSONResponse({**response_of(job).model_dump(), **said})
