"""The routes of files, which are assets."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy import RowMapping

from gateway.assets.content import filename
from gateway.assets.upload import add, take_upload
from gateway.compat.addresses import address
from gateway.compat.auth import Customer
from gateway.compat.replicate.models import File, Page
from gateway.compat.replicate.pages import Position, page_of
from gateway.edge import EdgeOf
from gateway.ids import PathId
from mediamill.assets import queries
from mediamill.clock import iso
from mediamill.errors import NotFound
from mediamill.webhooks.replicate import PREFIX

UPLOAD_PATH = f"{PREFIX}/files"
FIELD = "content"

router = APIRouter(tags=["replicate"])


@router.post("/files", status_code=201)
async def create_file(request: Request, edge: EdgeOf, customer: Customer) -> File:
    """Keep the form's field ``content``; the same bytes again are the same file."""
    upload = await take_upload(edge, customer.tenant_id, request, "", field=FIELD)
    return _file(await add(edge, customer.tenant_id, upload))


@router.get("/files")
async def list_files(edge: EdgeOf, customer: Customer, position: Position) -> Page[File]:
    """Give a page of what was uploaded, newest first."""
    before = UUID(position.at) if position.at else None
    statement = queries.uploads(customer.tenant_id, before=before, limit=position.limit + 1)
    async with edge.look() as connection:
        rows, following = page_of((await connection.execute(statement)).mappings().all(), position)
    return Page(next=following, results=[_file(row) for row in rows])


@router.get("/files/{id}")
async def get_file(id: PathId, edge: EdgeOf, customer: Customer) -> File:
    """Give the facts of a file."""
    async with edge.look() as connection:
        found = await connection.execute(queries.wanted(customer.tenant_id, id))
    return _file(_one(found.mappings().one_or_none(), id))


@router.delete("/files/{id}", status_code=204)
async def delete_file(id: PathId, edge: EdgeOf, customer: Customer) -> Response:
    """Let go of a file: it is gone from here at once, and from the store with the next clean-up."""
    async with edge.transaction() as connection:
        found = await connection.execute(queries.let_go(customer.tenant_id, id))
        _one(found.mappings().one_or_none(), id)
    return Response(status_code=204)


def _one(row: RowMapping | None, file_id: UUID) -> RowMapping:
    if row is None:
        raise NotFound(f"File {file_id}.")
    return row


def _file(row: Any) -> File:
    return File(
        id=str(row["id"]),
        name=filename(row),
        content_type=row["media_type"],
        size=row["bytes"],
        etag=row["sha256"],
        checksums={"sha256": row["sha256"]},
        created_at=iso(row["created_at"]) or "",
        urls={"get": address(f"{UPLOAD_PATH}/{row['id']}")},
    )
