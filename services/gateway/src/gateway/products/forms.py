"""Multipart forms with texts and files: read under the limit of uploads, the files kept as assets."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request
from sqlalchemy import RowMapping
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.types import Message, Receive

from gateway.assets.upload import Claims, add, keep, pieces_of
from gateway.edge import Edge
from gateway.problems import InvalidRequest
from mediamill.assets.signing import asset_url
from mediamill.contracts import Asset
from mediamill.errors import TooLarge
from mediamill_products.caller import Form

MOST_FILES = 16
MOST_TEXTS = 64
LONGEST_TEXT = 200_000


async def take_form(edge: Edge, tenant_id: UUID, request: Request, most_bytes: int) -> Form:
    """Read the form of a request, which has ``most_bytes`` at most.

    Raises ``InvalidRequest``, ``TooLarge``, ``OverStorage`` or ``UnsupportedMedia``.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise InvalidRequest("The body is to be a multipart form.")
    texts: dict[str, str] = {}
    files: dict[str, Asset] = {}
    names: dict[str, str] = {}
    counted = Request(request.scope, _counted(request, most_bytes))
    try:
        async with counted.form(max_files=MOST_FILES, max_fields=MOST_TEXTS, max_part_size=LONGEST_TEXT) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    files[name], names[name] = await _keep(edge, tenant_id, value), value.filename or ""
                else:
                    texts[name] = value
    except MultiPartException as error:
        raise InvalidRequest(f"The multipart body is broken: {error.message}") from error
    return Form(texts, files, names)


async def _keep(edge: Edge, tenant_id: UUID, file: UploadFile) -> Asset:
    upload = await keep(edge, tenant_id, pieces_of(file), Claims(file.content_type or "", file.filename or ""))
    return signed(await add(edge, tenant_id, upload))


def signed(row: RowMapping) -> Asset:
    """Show an asset's row with a URL that opens it for a while."""
    facts = {name: row[name] for name in ("media_type", "bytes", "sha256", "width", "height", "duration_s")}
    return Asset(id=str(row["id"]), url=asset_url(row["id"]), **facts)


def _counted(request: Request, limit: int) -> Receive:
    seen = 0

    async def receive() -> Message:
        nonlocal seen
        message = await request.receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise TooLarge(f"At most {limit:,} bytes.")
        return message

    return receive
