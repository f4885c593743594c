"""The operator's routes of tenants."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import Executable
from sqlalchemy.exc import IntegrityError

from gateway.auth import Operator
from gateway.edge import Edge, EdgeOf
from gateway.ids import PathId
from gateway.limits import StrictJsonRoute
from gateway.paging import Cursor, Limit, Listed, cut, read_cursor
from gateway.problems import refusals
from gateway.tenants.models import PatchTenant, PostTenant, Tenant, tenant
from mediamill.budgets.limits import count_spending
from mediamill.errors import Conflict, NotFound
from mediamill.tenants import queries

router = APIRouter(tags=["tenants"], route_class=StrictJsonRoute)


@router.post("/v1/tenants", status_code=201, summary="Make a tenant", responses=refusals(400, 409, 422))
async def post_tenant(post: PostTenant, edge: EdgeOf, operator: Operator) -> Tenant:
    """Make a tenant; give it a key with POST /v1/keys."""
    return tenant(await _write(edge, queries.new_tenant(post.model_dump()), post.name))


@router.get("/v1/tenants", summary="List tenants", responses=refusals(422))
async def list_tenants(edge: EdgeOf, operator: Operator, limit: Limit = 50, cursor: Cursor = None) -> Listed[Tenant]:
    """Give a page of the tenants, newest first."""
    position = read_cursor(cursor, "tenants")
    statement = queries.tenants(before=UUID(position) if position else None, limit=limit + 1)
    async with edge.look() as connection:
        rows, next_cursor = cut((await connection.execute(statement)).mappings().all(), limit, "tenants")
    return Listed(data=[tenant(row) for row in rows], next_cursor=next_cursor)


@router.get("/v1/tenants/{id}", summary="Get a tenant", responses=refusals(404))
async def get_tenant(id: PathId, edge: EdgeOf, operator: Operator) -> Tenant:
    """Give a tenant."""
    async with edge.look() as connection:
        row = (await connection.execute(queries.tenant(id))).mappings().one_or_none()
    if row is None:
        raise NotFound(f"Tenant {id}.")
    return tenant(row)


@router.patch("/v1/tenants/{id}", summary="Change a tenant", responses=refusals(400, 404, 409, 422))
async def patch_tenant(id: PathId, patch: PatchTenant, edge: EdgeOf, operator: Operator) -> Tenant:
    """Change what is given of a tenant; jobs that are in line feel it at the next turn."""
    given = patch.model_dump(exclude_unset=True)
    if not given:
        return await get_tenant(id, edge, operator)
    counted = id if given.get("budget") is not None else None
    row = await _write(edge, queries.change_tenant(id, given), given.get("name"), counted)
    if row is None:
        raise NotFound(f"Tenant {id}.")
    return tenant(row)


async def _write(edge: Edge, statement: Executable, name: str | None, counted: UUID | None = None) -> Any:
    try:
        async with edge.transaction() as connection:
            if counted is not None:
                await connection.run_sync(count_spending, "tenant", counted)
            return (await connection.execute(statement)).mappings().one_or_none()
    except IntegrityError as error:
        raise Conflict(f"There is a tenant {name!r} already.") from error
