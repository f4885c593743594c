"""The operator's routes of keys."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.auth import Operator
from gateway.edge import EdgeOf
from gateway.ids import PathId, uuid_or_nothing
from gateway.limits import StrictJsonRoute
from gateway.paging import Cursor, Limit, Listed, cut, read_cursor
from gateway.problems import refusals
from gateway.tenants.finding import find_user
from gateway.tenants.models import FreshKey, Key, PatchKey, PostKey, PostRotation, fresh_key, key
from mediamill.budgets.limits import count_spending
from mediamill.errors import NotFound
from mediamill.tenants import queries
from mediamill.tenants.keys import new_key
from mediamill.tenants.rotate import rotate

router = APIRouter(tags=["keys"], route_class=StrictJsonRoute)

TenantFilter = Annotated[str | None, Query(max_length=100, description="only keys of this tenant")]


@router.post("/v1/keys", status_code=201, summary="Make a key", responses=refusals(400, 404, 422))
async def post_key(post: PostKey, edge: EdgeOf, operator: Operator) -> FreshKey:
    """Make a key of a tenant. Its secret is in this answer and nowhere else."""
    made = new_key()
    async with edge.transaction() as connection:
        await _require_tenant(connection, post.tenant_id)
        if post.user_id is not None:
            await find_user(connection, post.tenant_id, post.user_id)
        statement = queries.add_key(
            post.tenant_id,
            made,
            user_id=post.user_id,
            name=post.name,
            scopes=sorted(set(post.scopes)),
            expires_at=post.expires_at,
            budget=post.budget,
        )
        row = (await connection.execute(statement)).mappings().one()
    return fresh_key(row, made.secret)


@router.get("/v1/keys", summary="List keys", responses=refusals(404, 422))
async def list_keys(
    edge: EdgeOf, operator: Operator, tenant_id: TenantFilter = None, limit: Limit = 50, cursor: Cursor = None
) -> Listed[Key]:
    """Give a page of the keys, newest first, without their secrets; revoked ones too."""
    position = read_cursor(cursor, "keys")
    owner = uuid_or_nothing(tenant_id) if tenant_id is not None else None
    statement = queries.keys(tenant_id=owner, before=UUID(position) if position else None, limit=limit + 1)
    async with edge.look() as connection:
        if owner is not None:
            await _require_tenant(connection, owner)
        rows, next_cursor = cut((await connection.execute(statement)).mappings().all(), limit, "keys")
    return Listed(data=[key(row) for row in rows], next_cursor=next_cursor)


@router.get("/v1/keys/{id}", summary="Get a key", responses=refusals(404))
async def get_key(id: PathId, edge: EdgeOf, operator: Operator) -> Key:
    """Give a key, without its secret."""
    async with edge.look() as connection:
        return key(await _find(connection, queries.key(id), id))


@router.patch("/v1/keys/{id}", summary="Change a key", responses=refusals(400, 404, 422))
async def patch_key(id: PathId, patch: PatchKey, edge: EdgeOf, operator: Operator) -> Key:
    """Change what is given of a key; other gateways know within seconds."""
    given: dict[str, Any] = patch.model_dump(exclude_unset=True)
    async with edge.transaction() as connection:
        if given.get("budget") is not None:
            await connection.run_sync(count_spending, "key", id)
        row = await _find(connection, queries.change_key(id, given) if given else queries.key(id), id)
    edge.keyring.forget()
    return key(row)


@router.post("/v1/keys/{id}/rotate", status_code=201, summary="Rotate a key", responses=refusals(400, 404, 409, 422))
async def rotate_key(id: PathId, edge: EdgeOf, operator: Operator, post: PostRotation | None = None) -> FreshKey:
    """Make a key like this one. Both are valid for the overlap, then only the new one is."""
    overlap_s = (post or PostRotation()).overlap_s
    async with edge.transaction() as connection:
        rotated = await connection.run_sync(rotate, id, overlap_s)
    edge.keyring.forget()
    return fresh_key(rotated.row, rotated.secret)


@router.post("/v1/keys/{id}/revoke", summary="Revoke a key", responses=refusals(404))
async def revoke_key(id: PathId, edge: EdgeOf, operator: Operator) -> Key:
    """Make a key worthless: here at once, at other gateways within seconds. Idempotent."""
    async with edge.transaction() as connection:
        row = await _find(connection, queries.revoke_key(id), id)
    edge.keyring.forget()
    return key(row)


@router.delete("/v1/keys/{id}", status_code=204, summary="Revoke a key", responses=refusals(404))
async def delete_key(id: PathId, edge: EdgeOf, operator: Operator) -> Response:
    """Revoke a key, as POST …/revoke does; its row stays, so that one can see that it was there."""
    await revoke_key(id, edge, operator)
    return Response(status_code=204)


async def _find(connection: AsyncConnection, statement: Any, key_id: UUID) -> RowMapping:
    row: RowMapping | None = (await connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"Key {key_id}.")
    return row


async def _require_tenant(connection: AsyncConnection, tenant_id: UUID) -> None:
    if (await connection.execute(queries.tenant(tenant_id))).one_or_none() is None:
        raise NotFound(f"Tenant {tenant_id}.")
