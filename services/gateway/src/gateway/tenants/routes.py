"""The operator's routes of tenants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import Connection, RowMapping
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
from mediamill.tenants.plans import change_tenant, new_tenant

router = APIRouter(tags=["tenants"], route_class=StrictJsonRoute)


@router.post("/v1/tenants", status_code=201, summary="Make a tenant", responses=refusals(400, 409, 422))
async def post_tenant(post: PostTenant, edge: EdgeOf, operator: Operator) -> Tenant:
    """Make a tenant; give it a key with POST /v1/keys."""
    given = post.model_dump(exclude_unset=True)
    return tenant(await _written(edge, post.name, lambda connection: new_tenant(connection, given)))


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
    given = patch.model_dump(exclude_unset=True, exclude={"follow"})

    def change(connection: Connection) -> RowMapping | None:
        if given.get("budget") is not None:
            count_spending(connection, "tenant", id)
        return change_tenant(connection, id, given, patch.follow)

    row = await _written(edge, given.get("name"), change)
    if row is None:
        raise NotFound(f"Tenant {id}.")
    return tenant(row)


async def _written(edge: Edge, name: str | None, write: Callable[[Connection], RowMapping | None]) -> Any:
    try:
        async with edge.transaction() as connection:
            return await connection.run_sync(write)
    except IntegrityError as error:
        raise Conflict(f"There is a tenant {name!r} already.") from error
