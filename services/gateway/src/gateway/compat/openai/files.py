"""Files, which are assets: a picture that was uploaded can be what a clip begins with."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from gateway.assets.content import serve
from gateway.assets.models import Asset, present
from gateway.assets.upload import add, take_upload
from gateway.compat.openai.asking import Asked, Asking
from gateway.compat.openai.mapping import our_id, their_id, unix
from gateway.compat.openai.route import OpenAIRoute
from mediamill.assets import queries
from mediamill.errors import NotFound

UPLOAD_PATH = "/openai/v1/files"
PREFIX = "file"

router = APIRouter(prefix=UPLOAD_PATH, tags=["openai"], route_class=OpenAIRoute)


class File(BaseModel):
    """An asset."""

    id: str
    object: Literal["file"] = "file"
    bytes: int
    created_at: int
    filename: str
    purpose: str = "user_data"
    status: Literal["processed"] = "processed"


@router.post("", name="openai_create_file", summary="Upload a file", openapi_extra={"requestBody": {"content": {}}})
async def create_file(asked: Asking) -> File:
    """Keep the form's field ``file`` as an asset; the same bytes again are the same file."""
    upload = await take_upload(asked.edge, asked.tenant_id, asked.request, "")
    return _file(present(await add(asked.edge, asked.tenant_id, upload)))


@router.get("/{file_id}", name="openai_get_file", summary="Get a file's facts")
async def get_file(file_id: str, asked: Asking) -> File:
    """Give the facts of a file."""
    return _file(present(await _row(asked, file_id)))


@router.get("/{file_id}/content", name="openai_download_file", response_class=Response, summary="Get a file's bytes")
async def download_file(file_id: str, asked: Asking) -> Response:
    """Give the bytes of a file, or a range of them."""
    row = await _row(asked, file_id)
    return await serve(asked.request, row, asked.edge)


async def _row(asked: Asked, file_id: str) -> Any:
    async with asked.edge.look() as connection:
        found = await connection.execute(queries.one(asked.tenant_id, our_id(PREFIX, file_id)))
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound(f"File {file_id}.")
    return row


def _file(asset: Asset) -> File:
    return File(
        id=their_id(PREFIX, asset.id), bytes=asset.bytes, created_at=unix(asset.created_at) or 0, filename=asset.id
    )
