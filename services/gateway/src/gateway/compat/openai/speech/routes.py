"""The routes of sound."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from gateway.assets.lending import opened
from gateway.compat.openai.asking import Asked, Asking
from gateway.compat.openai.creating import Wanted, create, create_and_wait
from gateway.compat.openai.following import Frames, ended, frame, quiet, streaming
from gateway.compat.openai.made import assets_of
from gateway.compat.openai.mapping import SPEECH, VOICES, passed_on, tokens
from gateway.compat.openai.route import OpenAIRoute
from gateway.compat.openai.speech.models import PostSpeech, Voice
from gateway.jobs.models import Job
from mediamill.contracts import Ask

_SOUND: dict[int | str, dict[str, Any]] = {200: {"content": {"audio/*": {"schema": {"type": "string"}}}}}

router = APIRouter(prefix="/openai/v1/audio", tags=["openai"], route_class=OpenAIRoute)


@router.post("/speech", name="openai_speak", response_class=Response, responses=_SOUND, summary="Read aloud")
async def speak(post: PostSpeech, asked: Asking) -> Response:
    """Read a text aloud; the sound is sent in pieces, as bytes or as events."""
    model = asked.model(post.model, SPEECH)
    wanted = Wanted(SPEECH, model, _input(post, model.kind.ask), post.model)
    if post.stream_format == "sse":
        asked.patience.check()
        return streaming(asked, _frames(asked, await create(asked, wanted), post))
    job = await create_and_wait(asked, wanted)
    (sound, *_) = assets_of(job, "audio/")
    return StreamingResponse(await opened(asked.edge.store, sound.sha256), media_type=sound.media_type)


def _input(post: PostSpeech, ask: type[Ask]) -> dict[str, Any]:
    name = post.voice.id if isinstance(post.voice, Voice) else post.voice
    given = {"text": post.input, "voice": VOICES.get(name, name), "format": post.response_format}
    return {**passed_on(post.model_extra, ask), **given, **({} if post.speed is None else {"speed": post.speed})}


async def _frames(asked: Asked, job: Job, post: PostSpeech) -> Frames:
    job_id = UUID(job.id)
    async for beat in quiet(asked, job_id):
        yield beat
    (sound, *_) = assets_of(await ended(asked, job_id), "audio/")
    async for chunk in await opened(asked.edge.store, sound.sha256):
        yield frame({"type": "speech.audio.delta", "audio": base64.b64encode(chunk).decode()})
    count = tokens(post.input)
    usage = {"input_tokens": count, "output_tokens": 0, "total_tokens": count}
    yield frame({"type": "speech.audio.done", "usage": usage})
