"""The routes of clips."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse

from gateway.assets.content import serve
from gateway.compat.openai.asking import Asked, Asking
from gateway.compat.openai.creating import Wanted, create
from gateway.compat.openai.mapping import MODEL_KEY, REMIXED_KEY, VIDEOS, our_id, their_id
from gateway.compat.openai.route import OpenAIRoute
from gateway.compat.openai.videos import queries
from gateway.compat.openai.videos.finding import clip, content, kinds_of
from gateway.compat.openai.videos.form import input_of
from gateway.compat.openai.videos.mapping import PREFIX, poll_after_ms, video_of
from gateway.compat.openai.videos.models import DeletedVideo, PostRemix, Video, Videos
from gateway.compat.openai.webhook import webhook_of
from gateway.jobs import reading
from gateway.jobs.cancelling import canceling
from gateway.jobs.models import Job

router = APIRouter(prefix="/openai/v1/videos", tags=["openai"], route_class=OpenAIRoute)

_FORM: dict[str, Any] = {"requestBody": {"content": {"multipart/form-data": {"schema": {"type": "object"}}}}}
_PICTURES = ("image", "layers")


@router.post("", name="openai_create_video", response_model=Video, openapi_extra=_FORM, summary="Begin a clip")
async def create_video(asked: Asking) -> Response:
    """Accept a clip from the form's prompt, seconds, size and input_reference."""
    form = await asked.request.form()
    name = str(form.get("model") or "") or None
    model = asked.model(name, VIDEOS)
    webhook = webhook_of(form.get("webhook"))
    wanted = Wanted(VIDEOS, model, await input_of(asked, form, model.kind.ask), name, webhook=webhook)
    return _told(asked, await create(asked, wanted))


@router.get("", name="openai_list_videos", summary="List clips")
async def list_videos(
    asked: Asking,
    after: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    order: Literal["asc", "desc"] = "desc",
) -> Videos:
    """Give a page of the clips that were asked for, here or by the native API."""
    last = our_id(PREFIX, after) if after else None
    kinds, ascending = kinds_of(asked), order == "asc"
    statement = queries.page(asked.tenant_id, kinds, after=last, ascending=ascending, limit=limit + 1)
    async with asked.edge.look() as connection:
        rows = (await connection.execute(statement)).mappings().all()
        jobs = await reading.show_rows(connection, asked.tenant_id, rows[:limit])
    data = [video_of(job) for job in jobs]
    first_id, last_id = (data[0].id, data[-1].id) if data else (None, None)
    return Videos(data=data, has_more=len(rows) > limit, first_id=first_id, last_id=last_id)


@router.get("/{video_id}", name="openai_get_video", response_model=Video, summary="Look at a clip")
async def get_video(video_id: str, asked: Asking) -> Response:
    """Tell how far a clip is, and when it is worth to look again."""
    return _told(asked, await clip(asked, video_id))


@router.delete("/{video_id}", name="openai_delete_video", summary="Delete a clip")
async def delete_video(video_id: str, asked: Asking) -> DeletedVideo:
    """Cancel what is not done, and show the clip here no longer."""
    job_id = UUID((await clip(asked, video_id)).id)
    async with canceling(asked.edge, asked.tenant_id, job_id) as done:
        await done.connection.execute(queries.hide(asked.tenant_id, job_id))
    return DeletedVideo(id=their_id(PREFIX, str(job_id)))


@router.get("/{video_id}/content", name="openai_download_video", response_class=Response, summary="Get the bytes")
async def download(
    video_id: str, asked: Asking, variant: Literal["video", "thumbnail", "spritesheet"] = "video"
) -> Response:
    """Give the bytes of a clip that is done, or a range of them."""
    row = await content(asked, await clip(asked, video_id), variant)
    return await serve(asked.request, row, asked.edge)


@router.post("/{video_id}/remix", name="openai_remix_video", response_model=Video, summary="Begin a clip like another")
async def remix(video_id: str, post: PostRemix, asked: Asking) -> Response:
    """Accept a clip with another prompt, and else the same input but for its picture, which the prompt replaces."""
    job = await clip(asked, video_id)
    name = job.metadata.get(MODEL_KEY)
    kept = {name: value for name, value in job.input.items() if name not in _PICTURES and value is not None}
    model = asked.catalogue.model_of(job.kind)
    metadata = {REMIXED_KEY: their_id(PREFIX, job.id)}
    wanted = Wanted(VIDEOS, model, {**kept, "prompt": post.prompt}, name, metadata, webhook_of(post.webhook))
    return _told(asked, await create(asked, wanted))


def _told(asked: Asked, job: Job) -> Response:
    again = poll_after_ms(asked.edge.registry.kind(job.kind).manifest)
    return JSONResponse(video_of(job).model_dump(), headers={"openai-poll-after-ms": str(again)})
