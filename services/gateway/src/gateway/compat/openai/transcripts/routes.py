"""The routes of transcripts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.compat.openai.asking import Asked, Asking
from gateway.compat.openai.conversation import pieces
from gateway.compat.openai.creating import Wanted, create, create_and_wait
from gateway.compat.openai.dialect import Refused
from gateway.compat.openai.following import Frames, ended, frame, quiet, streaming
from gateway.compat.openai.forms import kept, read_form
from gateway.compat.openai.mapping import TRANSCRIPTS
from gateway.compat.openai.route import OpenAIRoute
from gateway.compat.openai.transcripts.mapping import input_of, transcript_of, writer_of
from gateway.compat.openai.transcripts.models import Transcription
from gateway.jobs.models import Job

router = APIRouter(prefix="/openai/v1/audio", tags=["openai"], route_class=OpenAIRoute)

_FORM: dict[str, Any] = {"requestBody": {"content": {"multipart/form-data": {"schema": {"type": "object"}}}}}


@router.post(
    "/transcriptions",
    name="openai_transcribe",
    response_model=Transcription,
    openapi_extra=_FORM,
    summary="Write down what is said",
)
async def transcribe(asked: Asking) -> Response:
    """Write down the form's ``file``, as json, text, srt, vtt or verbose_json; or as a stream of words."""
    form = await read_form(asked)
    name = form.text("model")
    model, write = asked.model(name, TRANSCRIPTS), writer_of(form)
    files = form.files("file")
    if not files:
        raise Refused(400, "The form has no file.", code="missing_required_parameter", param="file")
    wanted = Wanted(TRANSCRIPTS, model, input_of(form, await kept(asked, files[0], "file")), name)
    if form.text("stream") == "true":
        asked.patience.check()
        return streaming(asked, _frames(asked, await create(asked, wanted)))
    written = write(transcript_of(await create_and_wait(asked, wanted)))
    return Response(written.content, media_type=written.media_type)


@router.post("/translations", name="openai_translate", include_in_schema=False)
async def translate(asked: Asking) -> Response:
    """Say that no kind here translates."""
    raise Refused(404, "No model here translates speech.", code="model_not_found", param="model")


async def _frames(asked: Asked, job: Job) -> Frames:
    job_id = UUID(job.id)
    async for beat in quiet(asked, job_id):
        yield beat
    transcript = transcript_of(await ended(asked, job_id))
    for piece in pieces(transcript.text):
        yield frame({"type": "transcript.text.delta", "delta": piece})
    usage = transcript.usage.model_dump()
    yield frame({"type": "transcript.text.done", "text": transcript.text, "usage": usage})
