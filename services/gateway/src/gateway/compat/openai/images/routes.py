"""The routes of pictures."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from gateway.compat.openai.asking import Asked, Asking
from gateway.compat.openai.creating import Wanted, create, create_and_wait
from gateway.compat.openai.following import streaming
from gateway.compat.openai.forms import Form, read_form
from gateway.compat.openai.images import edits
from gateway.compat.openai.images.edits import post_of
from gateway.compat.openai.images.mapping import images_of, input_of
from gateway.compat.openai.images.models import Images, PostImages
from gateway.compat.openai.images.stream import EDITED, GENERATED, frames
from gateway.compat.openai.mapping import EDITS, IMAGES
from gateway.compat.openai.route import OpenAIRoute

router = APIRouter(prefix="/openai/v1/images", tags=["openai"], route_class=OpenAIRoute)

_FORM: dict[str, Any] = {"requestBody": {"content": {"multipart/form-data": {"schema": {"type": "object"}}}}}


@router.post("/generations", name="openai_generate_images", response_model=Images, summary="Make pictures")
async def generate(post: PostImages, asked: Asking) -> Response:
    """Draw a prompt; the answer is held back until the pictures are there, or streams them."""
    model = asked.model(post.model, IMAGES)
    wanted = Wanted(IMAGES, model, input_of(post, model.kind.ask), post.model)
    if post.stream:
        asked.patience.check()
        return streaming(asked, frames(asked, await create(asked, wanted), post, GENERATED))
    return await _told(asked, wanted, post)


@router.post("/edits", name="openai_edit_images", response_model=Images, openapi_extra=_FORM, summary="Change pictures")
async def edit(asked: Asking) -> Response:
    """Change the form's pictures as its prompt says, where its mask lets it."""
    form = await read_form(asked)
    return await _changed(asked, form, post_of(form))


@router.post(
    "/variations", name="openai_vary_images", response_model=Images, openapi_extra=_FORM, summary="Vary a picture"
)
async def vary(asked: Asking) -> Response:
    """Give other versions of the form's picture."""
    form = await read_form(asked)
    return await _changed(asked, form, post_of(form, prompt=""))


async def _changed(asked: Asked, form: Form, post: PostImages) -> Response:
    model = asked.model(post.model, EDITS)
    wanted = Wanted(EDITS, model, await edits.input_of(asked, form, post, model.kind.ask), post.model)
    if post.stream:
        asked.patience.check()
        return streaming(asked, frames(asked, await create(asked, wanted), post, EDITED))
    return await _told(asked, wanted, post)


async def _told(asked: Asked, wanted: Wanted, post: PostImages) -> Response:
    job = await create_and_wait(asked, wanted)
    return JSONResponse((await images_of(asked.edge, job, post)).model_dump(exclude_none=True))
