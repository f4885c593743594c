"""The routes of storymaker: each accepts a job and gives its id at once; one tells how a job is."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import ValidationError
from pydantic_core import to_json
from sqlalchemy.ext.asyncio import AsyncConnection

from mediamill.contracts import Asset
from mediamill.errors import InvalidInput, UnsupportedMedia
from mediamill_products.caller import Caller, CallerOf, Form, Post
from mediamill_products.catalogue import Poll, Surface
from mediamill_products.storymaker import asking, queries
from mediamill_products.storymaker.limits import look_for_turn, take_turn
from mediamill_products.storymaker.schemas import (
    Begun,
    JobStatus,
    PostCharacter,
    PostFinal,
    PostScenes,
    PostScript,
    PostSideCharacters,
    PostVideos,
    UploadTexts,
)
from mediamill_products.storymaker.stages import tell

JOB = "/api/job/"
UPLOAD = "/api/character/generate-from-upload"
ACCEPTED = HTTPStatus.ACCEPTED

router = APIRouter()


@router.post("/api/story/generate-script", status_code=ACCEPTED, summary="Write a story's script")
async def generate_script(body: PostScript, caller: CallerOf) -> Begun:
    """Have a script written: its title, its scenes, and who is in them."""
    async with caller.transaction() as connection:
        return await _begin(caller, connection, "script", asking.script(body))


@router.post("/api/character/generate", status_code=ACCEPTED, summary="Draw a character")
async def generate_character(body: PostCharacter, caller: CallerOf) -> Begun:
    """Have a character drawn that looks the same in every scene."""
    async with caller.transaction() as connection:
        return await _begin(caller, connection, "character", asking.character(body))


@router.post(
    UPLOAD,
    status_code=ACCEPTED,
    summary="Draw a character after a photograph",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["file", "name"],
                        "properties": {
                            "file": {"type": "string", "format": "binary"},
                            **{name: {"type": "string"} for name in ("name", "description", "personality", "style")},
                        },
                    }
                }
            },
        }
    },
)
async def generate_character_from_upload(request: Request, caller: CallerOf) -> Begun:
    """Have a variation of an uploaded photograph made, and a character drawn to go with it."""
    async with caller.look() as connection:
        await look_for_turn(caller, connection, "upload")
    form = await caller.form(request)
    post = asking.character_of(_texts(form), _photo(form))
    async with caller.transaction() as connection:
        return await _begin(caller, connection, "upload", post)


@router.post("/api/scenes/generate-images", status_code=ACCEPTED, summary="Draw scenes")
async def generate_scene_images(body: PostScenes, caller: CallerOf) -> Begun:
    """Have scenes drawn, the characters in them as they look."""
    async with caller.transaction() as connection:
        alone = [known.image_id for known in body.characters if known.image_id is not None and not known.references]
        portraits = await _companions(caller, connection, alone, queries.PORTRAIT)
        return await _begin(caller, connection, "scenes", asking.scenes(body, portraits))


@router.post("/api/side-characters/generate-images", status_code=ACCEPTED, summary="Draw side characters")
async def generate_side_characters(body: PostSideCharacters, caller: CallerOf) -> Begun:
    """Have several characters drawn."""
    async with caller.transaction() as connection:
        return await _begin(caller, connection, "side_characters", asking.side_characters(body))


@router.post("/api/videos/generate", status_code=ACCEPTED, summary="Make clips of scenes")
async def generate_story_videos(body: PostVideos, caller: CallerOf) -> Begun:
    """Have a clip made of every scene's picture."""
    async with caller.transaction() as connection:
        flat = [scene.image_id for scene in body.scenes if scene.layers_id is None]
        layers = await _companions(caller, connection, flat, queries.LAYERS)
        return await _begin(caller, connection, "videos", asking.videos(body, layers))


@router.post("/api/video/generate-final", status_code=ACCEPTED, summary="Cut the film")
async def generate_final_video(body: PostFinal, caller: CallerOf) -> Begun:
    """Have the chosen scenes cut into a narrated film."""
    async with caller.transaction() as connection:
        return await _begin(caller, connection, "final", asking.final(body))


@router.get(JOB + "{job_id}", response_model_exclude_none=True, summary="Ask how a job is")
async def get_story_job(job_id: UUID, caller: CallerOf) -> JobStatus:
    """Tell where a job is, in words, and what came of it."""
    return tell(job_id, await caller.glimpse(job_id))


async def _poll(caller: Caller, rest: str) -> bytes | None:
    try:
        job_id = UUID(rest)
    except ValueError:
        return None
    return to_json(tell(job_id, await caller.glimpse(job_id)), exclude_none=True)


SURFACE = Surface(
    prefixes=(
        "/api/story/",
        "/api/character/",
        "/api/scenes/",
        "/api/side-characters/",
        "/api/videos/",
        "/api/video/",
        JOB,
    ),
    uploads=(UPLOAD,),
    shared={"/api/videos/generate": "scenes"},
    polls=(Poll(JOB, _poll),),
)


async def _begin(caller: Caller, connection: AsyncConnection, operation: str, post: Post) -> Begun:
    """Take the person's turn and accept the job: both, or neither."""
    await take_turn(caller, connection, operation)
    try:
        (job_id,) = await caller.accept(connection, [post])
    except InvalidInput as error:
        wrong = [(loc[1:] if loc[:1] == ["input"] else loc, message) for loc, message in error.errors]
        raise InvalidInput(error.detail, errors=wrong) from error
    return Begun(job_id=str(job_id))


async def _companions(
    caller: Caller, connection: AsyncConnection, assets: list[str], pair: queries.Pair
) -> dict[str, str]:
    if not assets:
        return {}
    rows = await connection.execute(*queries.companions(caller.tenant_id, assets, pair))
    return {str(row.asset_id): row.companion_id for row in rows}


def _texts(form: Form) -> UploadTexts:
    try:
        return UploadTexts.model_validate(form.texts)
    except ValidationError as error:
        wrong: list[tuple[list[str | int], str]] = [(list(item["loc"]), item["msg"]) for item in error.errors()]
        detail: Any = "; ".join(f"{'.'.join(map(str, loc))}: {message}" for loc, message in wrong)
        raise InvalidInput(f"{detail}.", errors=wrong) from error


def _photo(form: Form) -> Asset:
    """Give the photograph of a form: its one file. Raises ``InvalidInput`` or ``UnsupportedMedia``."""
    if len(form.files) != 1:
        raise InvalidInput("The form is to hold one file.", errors=[(["file"], "one photograph is needed")])
    (photo,) = form.files.values()
    if not photo.media_type.startswith("image/"):
        raise UnsupportedMedia(f"The file is {photo.media_type}; a photograph is needed.")
    return photo
