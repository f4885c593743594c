"""The routes of pictures."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from gateway.compat.openai.asking import Asking
from gateway.compat.openai.creating import Wanted, create, create_and_wait
from gateway.compat.openai.dialect import Refused
from gateway.compat.openai.following import streaming
from gateway.compat.openai.images.mapping import images_of, input_of
from gateway.compat.openai.images.models import Images, PostImages
from gateway.compat.openai.images.stream import frames
from gateway.compat.openai.mapping import IMAGES
from gateway.compat.openai.route import OpenAIRoute

router = APIRouter(prefix="/openai/v1/images", tags=["openai"], route_class=OpenAIRoute)


@router.post("/generations", name="openai_generate_images", response_model=Images, summary="Make pictures")
async def generate(post: PostImages, asked: Asking) -> Response:
    """Draw a prompt; the answer is held back until the pictures are there, or streams them."""
    model = asked.model(post.model, IMAGES)
    wanted = Wanted(IMAGES, model, input_of(post, model.kind.ask), post.model)
    if post.stream:
        asked.patience.check()
        return streaming(asked, frames(asked, await create(asked, wanted), post))
    job = await create_and_wait(asked, wanted)
    return JSONResponse((await images_of(asked.edge, job, post)).model_dump(exclude_none=True))


@router.post("/edits", name="openai_edit_images", include_in_schema=False)
@router.post("/variations", name="openai_vary_images", include_in_schema=False)
async def edit(asked: Asking) -> Response:
    """Say that no kind here takes a picture and changes it."""
    raise Refused(404, "No model here edits pictures or varies them.", code="model_not_found", param="model")
