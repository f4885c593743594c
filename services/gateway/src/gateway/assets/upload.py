"""An upload: streamed to the store's disk, hashed on the way, looked at, and only then an asset."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import NamedTuple
from uuid import UUID

from fastapi import Request
from sqlalchemy import RowMapping
from starlette.datastructures import UploadFile

from gateway.assets.images import Dimensions, measure
from gateway.assets.multipart import FIELD, FileField
from gateway.edge import Edge
from gateway.problems import InvalidRequest
from mediamill.assets import queries, rooms, sniff
from mediamill.assets.intake import Intake, StoredBlob
from mediamill.assets.transfers import transferring
from mediamill.errors import MediamillError, OverStorage, TooLarge

_FORM_OVERHEAD = 64 * 1024
PIECE = 256 * 1024


class Upload(NamedTuple):
    """Bytes that are kept, and what they are."""

    blob: StoredBlob
    media_type: str
    dimensions: Dimensions
    is_limited: bool
    """Whether its tenant may only keep so many bytes."""


class _Room(NamedTuple):
    """How much an upload may bring, and why no more."""

    bytes: int
    refusal: MediamillError
    is_limited: bool

    def check(self, size: int) -> None:
        """Raise what stands against so many bytes."""
        if size > self.bytes:
            raise self.refusal


class Claims(NamedTuple):
    """What the client says that the bytes are."""

    media_type: str
    filename: str


class Form(NamedTuple):
    """Where the file is: the name that a raw body was given beside it, and the field that holds it in a form."""

    filename: str
    field: str


async def take_upload(edge: Edge, tenant_id: UUID, request: Request, filename: str, *, field: str = FIELD) -> Upload:
    """Keep the body of a request, or that field of a form.

    Raises ``TooLarge``, ``OverStorage``, ``InvalidRequest`` or ``UnsupportedMedia``, keeping nothing.
    """
    room = await _room(edge, tenant_id)
    length = request.headers.get("content-length", "")
    if length.isdigit():
        room.check(int(length) - _FORM_OVERHEAD)
    with edge.store.intake() as intake, transferring("uploaded") as transfer:
        claims = await _receive(request, intake, room, Form(filename, field))
        upload = await _kept(edge, intake, claims, "The upload is empty.", is_limited=room.is_limited)
        transfer.bytes = upload.blob.bytes
        return upload


async def keep(edge: Edge, tenant_id: UUID, pieces: AsyncIterator[bytes], claims: Claims) -> Upload:
    """Keep bytes that came another way. Raises as ``take_upload`` does."""
    room = await _room(edge, tenant_id)
    with edge.store.intake() as intake:
        async for piece in pieces:
            room.check(intake.bytes + len(piece))
            intake.write(piece)
        return await _kept(edge, intake, claims, "The file is empty.", is_limited=room.is_limited)


async def keep_bytes(edge: Edge, tenant_id: UUID, content: bytes, claims: Claims) -> UUID:
    """Keep bytes that came as a part of a request as an asset, and give its id. Raises as ``take_upload`` does."""
    upload = await keep(edge, tenant_id, whole(content), claims)
    kept: UUID = (await add(edge, tenant_id, upload))["id"]
    return kept


async def pieces_of(file: UploadFile) -> AsyncIterator[bytes]:
    """Give the bytes of a form's file, piece by piece."""
    while piece := await file.read(PIECE):
        yield piece


async def whole(content: bytes) -> AsyncIterator[bytes]:
    """Give bytes that are all here as the one piece of a file."""
    yield content


async def add(edge: Edge, tenant_id: UUID, upload: Upload) -> RowMapping:
    """Make an upload an asset of a tenant and give its row; the same bytes again are the same asset.

    Raises ``OverStorage`` when others took the room meanwhile; bytes that nobody names then go with the next clean-up.
    """
    width, height = upload.dimensions
    statement = queries.upsert(
        tenant_id, upload.blob, media_type=upload.media_type, width=width, height=height, duration_s=None
    )
    async with edge.transaction() as connection:
        if upload.is_limited:
            await connection.run_sync(rooms.make_room, tenant_id, upload.blob.sha256, upload.blob.bytes)
        return (await connection.execute(statement)).mappings().one()


async def _room(edge: Edge, tenant_id: UUID) -> _Room:
    """Tell how much may come: what the installation takes at once, or what the tenant may still keep."""
    most = edge.config.max_upload_bytes
    async with edge.look() as connection:
        row = (await connection.execute(*rooms.room(tenant_id))).one_or_none()
    if row is not None and row.max_bytes - row.kept < most:
        refusal = OverStorage.of(limit=row.max_bytes, kept=row.kept)
        return _Room(max(0, row.max_bytes - row.kept), refusal, is_limited=True)
    return _Room(most, TooLarge(f"At most {most:,} bytes."), is_limited=row is not None)


async def _receive(request: Request, intake: Intake, room: _Room, form: Form) -> Claims:
    def write(chunk: bytes) -> None:
        room.check(intake.bytes + len(chunk))
        intake.write(chunk)

    content_type = request.headers.get("content-type", "")
    if not content_type.lower().startswith("multipart/form-data"):
        async for chunk in request.stream():
            write(chunk)
        return Claims(content_type, form.filename)
    field = FileField(content_type, write, form.field)
    async for chunk in request.stream():
        field.feed(chunk)
    field.finish()
    return Claims(field.media_type, field.filename)


async def _kept(edge: Edge, intake: Intake, claims: Claims, empty: str, *, is_limited: bool) -> Upload:
    """Keep what an intake has taken in. Raises ``InvalidRequest``, with ``empty``, when that is nothing."""
    if intake.bytes == 0:
        raise InvalidRequest(empty)
    intake.flush()
    return await asyncio.to_thread(_examine_and_keep, edge, intake, claims, is_limited=is_limited)


def _examine_and_keep(edge: Edge, intake: Intake, claims: Claims, *, is_limited: bool) -> Upload:
    with intake.path.open("rb") as file:
        head = file.read(sniff.HEAD)
    media_type = sniff.media_type_of(head, declared=claims.media_type, filename=claims.filename)
    dimensions = measure(intake.path, media_type)
    return Upload(edge.store.take(intake, media_type), media_type, dimensions, is_limited)
