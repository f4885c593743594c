"""The routes of assets."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from gateway.assets.content import serve
from gateway.assets.models import Asset, present
from gateway.assets.upload import add, take_upload
from gateway.auth import Credentials, Owner, identify
from gateway.edge import Edge, EdgeOf
from gateway.ids import PathId
from gateway.paging import Cursor, Limit, Listed, cut, read_cursor
from gateway.problems import refusals
from mediamill.assets import queries
from mediamill.assets.signing import check_asset_url
from mediamill.errors import NotFound
from mediamill.tenants.keys import Scope

router = APIRouter(tags=["assets"])

UPLOAD_PATH = "/v1/assets"
_BYTES: dict[str, Any] = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
_FORM: dict[str, Any] = {
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "required": ["file"],
            "properties": {"file": {"type": "string", "format": "binary"}},
        }
    }
}


@router.post(
    UPLOAD_PATH,
    status_code=201,
    summary="Upload an asset",
    responses=refusals(400, 402, 413, 415, 422),
    openapi_extra={"requestBody": {"required": True, "content": {**_BYTES, **_FORM}}},
)
async def upload_asset(
    request: Request,
    response: Response,
    edge: EdgeOf,
    owner: Owner,
    filename: Annotated[str, Query(max_length=500, description="for a raw body; a form names its file itself")] = "",
) -> Asset:
    """Keep the raw body, or the form's field ``file``. The same bytes again are the same asset."""
    upload = await take_upload(edge, owner.tenant_id, request, filename)
    row = await add(edge, owner.tenant_id, upload)
    response.headers["Location"] = f"/v1/assets/{row['id']}"
    return present(row)


@router.get("/v1/assets", summary="List assets", responses=refusals(422))
async def list_assets(
    edge: EdgeOf,
    owner: Owner,
    media_type: Annotated[str | None, Query(max_length=100, examples=["image/png"])] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Listed[Asset]:
    """Give a page of your assets, newest first."""
    scope = f"assets:{owner.tenant_id}"
    position = read_cursor(cursor, scope)
    before = UUID(position) if position else None
    statement = queries.page(owner.tenant_id, media_type=media_type, before=before, limit=limit + 1)
    async with edge.look() as connection:
        rows, next_cursor = cut((await connection.execute(statement)).mappings().all(), limit, scope)
    return Listed(data=[present(row) for row in rows], next_cursor=next_cursor)


@router.get("/v1/assets/{id}", summary="Get an asset", responses=refusals(404))
async def get_asset(id: PathId, edge: EdgeOf, owner: Owner) -> Asset:
    """Give the facts of an asset, with a fresh URL of its bytes."""
    return present(await _find(edge, queries.one(owner.tenant_id, id), id))


@router.head("/v1/assets/{id}/content", include_in_schema=False)
@router.get(
    "/v1/assets/{id}/content",
    summary="Get an asset's bytes",
    response_class=Response,
    responses={
        200: {"description": "All of the bytes.", "content": _BYTES},
        206: {"description": "The bytes of the Range.", "content": _BYTES},
        302: {
            "description": "The bucket has them, for a while at this Location; only where ``store_redirects`` is on."
        },
        304: {"description": "You have them: the ETag is the same."},
        **refusals(404, 416),
    },
)
async def get_content(
    id: PathId,
    request: Request,
    edge: EdgeOf,
    credentials: Credentials,
    expires: Annotated[str | None, Query(max_length=20)] = None,
    signature: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    """Give the bytes, to a key of their owner or to whoever has a signed URL."""
    if expires is not None or signature is not None:
        check_asset_url(id, expires or "", signature or "")
        statement = queries.one_of_anybody(id)
    else:
        owner = await identify(edge, credentials)
        owner.require(Scope.JOBS, request.method)
        statement = queries.one(owner.tenant_id, id)
    asset = await _find(edge, statement, id)
    return await serve(request, asset, edge)


async def _find(edge: Edge, statement: queries.Statement, asset_id: UUID) -> Any:
    async with edge.look() as connection:
        row = (await connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"Asset {asset_id}.")
    return row
