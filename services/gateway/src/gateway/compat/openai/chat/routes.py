"""The route of chats."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from gateway.compat.openai.asking import Asked, Asking
from gateway.compat.openai.chat.mapping import PREFIX, completion_of, input_of, usage_of
from gateway.compat.openai.chat.models import Chunk, ChunkChoice, Completion, Delta, PostChat
from gateway.compat.openai.conversation import pieces, text_of
from gateway.compat.openai.creating import Wanted, create, create_and_wait
from gateway.compat.openai.following import DONE, Frames, ended, frame, quiet, streaming
from gateway.compat.openai.mapping import CHAT, MODEL_KEY, their_id, unix
from gateway.compat.openai.route import OpenAIRoute
from gateway.jobs.models import Job

router = APIRouter(prefix="/openai/v1/chat", tags=["openai"], route_class=OpenAIRoute)


@router.post("/completions", name="openai_chat", response_model=Completion, summary="Write the next message")
async def chat(post: PostChat, asked: Asking) -> Response:
    """Write from a conversation; the answer is held back until it is written, or streamed then."""
    model = asked.model(post.model, CHAT)
    wanted = Wanted(CHAT, model, input_of(post, model.kind.ask), post.model, post.metadata or {})
    if post.stream:
        asked.patience.check()
        return streaming(asked, _frames(asked, await create(asked, wanted), post))
    return JSONResponse(completion_of(await create_and_wait(asked, wanted)).model_dump())


async def _frames(asked: Asked, job: Job, post: PostChat) -> Frames:
    """Say who speaks at once, then the text when it is written, word by word."""
    yield _chunk(job, ChunkChoice(delta=Delta(role="assistant", content="")))
    async for beat in quiet(asked, UUID(job.id)):
        yield beat
    job = await ended(asked, UUID(job.id))
    for piece in pieces(text_of(job)):
        yield _chunk(job, ChunkChoice(delta=Delta(content=piece)))
    yield _chunk(job, ChunkChoice(delta=Delta(), finish_reason="stop"))
    if post.stream_options is not None and post.stream_options.include_usage:
        usage = {"usage": usage_of(job).model_dump()}
        yield frame(_written(job).model_dump() | usage)
    yield DONE


def _chunk(job: Job, choice: ChunkChoice) -> bytes:
    chunk = _written(job, choice).model_dump(exclude={"choices": {0: {"delta"}}})
    chunk["choices"][0]["delta"] = choice.delta.model_dump(exclude_none=True)
    return frame(chunk)


def _written(job: Job, *choices: ChunkChoice) -> Chunk:
    model = job.metadata.get(MODEL_KEY, job.kind)
    return Chunk(id=their_id(PREFIX, job.id), created=unix(job.created_at) or 0, model=model, choices=list(choices))
