"""The routes of people: for operators, and for a tenant's owners within their own."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import Executable, RowMapping
from sqlalchemy.exc import IntegrityError

from gateway.edge import Edge, EdgeOf
from gateway.ids import PathId, uuid_or_nothing
from gateway.limits import StrictJsonRoute
from gateway.paging import Cursor, Limit, Listed, cut, read_cursor
from gateway.problems import refusals
from gateway.tenants.finding import ManagerOf, find_user
from gateway.tenants.models import FreshKey, Key, fresh_key, key
from gateway.tenants.user_models import PatchUser, PostUser, PostUserKey, User, user
from mediamill.errors import Conflict, NotFound
from mediamill.tenants import people, queries
from mediamill.tenants.keys import Scope, new_key

router = APIRouter(tags=["users"], route_class=StrictJsonRoute)

OfTenant = Annotated[str | None, Query(max_length=100, description="only people of this tenant")]


@router.post("/v1/users", status_code=201, summary="Add a user", responses=refusals(400, 404, 409, 422))
async def post_user(post: PostUser, edge: EdgeOf, manager: ManagerOf) -> User:
    """Add a person to a tenant; give them a key with POST /v1/users/{id}/keys."""
    tenant_id = manager.tenant(post.tenant_id)
    async with edge.look() as connection:
        if (await connection.execute(queries.tenant(tenant_id))).one_or_none() is None:
            raise NotFound(f"Tenant {tenant_id}.")
    statement = people.add_user(tenant_id, email=post.email, name=post.name, role=post.role)
    return user(await _written(edge, statement, post.email))


@router.get("/v1/users", summary="List users", responses=refusals(404, 422))
async def list_users(
    edge: EdgeOf, manager: ManagerOf, tenant_id: OfTenant = None, limit: Limit = 50, cursor: Cursor = None
) -> Listed[User]:
    """Give a page of the people who have not left, newest first."""
    position = read_cursor(cursor, "users")
    whose = manager.tenant(uuid_or_nothing(tenant_id)) if tenant_id is not None else manager.tenant_id
    statement = people.users(whose, before=UUID(position) if position else None, limit=limit + 1)
    async with edge.look() as connection:
        rows, next_cursor = cut((await connection.execute(statement)).mappings().all(), limit, "users")
    return Listed(data=[user(row) for row in rows], next_cursor=next_cursor)


@router.get("/v1/users/{id}", summary="Get a user", responses=refusals(404))
async def get_user(id: PathId, edge: EdgeOf, manager: ManagerOf) -> User:
    """Give a person."""
    async with edge.look() as connection:
        return user(await find_user(connection, manager.tenant_id, id))


@router.patch("/v1/users/{id}", summary="Change a user", responses=refusals(400, 404, 409, 422))
async def patch_user(id: PathId, patch: PatchUser, edge: EdgeOf, manager: ManagerOf) -> User:
    """Change what is given of a person; a new role counts here at once, at other gateways within seconds."""
    given = patch.model_dump(exclude_unset=True)
    async with edge.look() as connection:
        row = await find_user(connection, manager.tenant_id, id)
    if given:
        row = await _written(edge, people.change_user(id, given), given.get("email"))
    edge.keyring.forget()
    return user(row)


@router.delete("/v1/users/{id}", status_code=204, summary="Remove a user", responses=refusals(404))
async def delete_user(id: PathId, edge: EdgeOf, manager: ManagerOf) -> Response:
    """Let a person go: their keys are worthless; their jobs and assets stay the tenant's."""
    async with edge.transaction() as connection:
        await find_user(connection, manager.tenant_id, id)
        await connection.run_sync(people.remove_user, id)
    edge.keyring.forget()
    return Response(status_code=204)


@router.post("/v1/users/{id}/keys", status_code=201, summary="Make a user's key", responses=refusals(400, 404, 422))
async def post_user_key(id: PathId, edge: EdgeOf, manager: ManagerOf, post: PostUserKey | None = None) -> FreshKey:
    """Make a key of a person. Its secret is in this answer and nowhere else."""
    made, asked = new_key(), post or PostUserKey()
    async with edge.transaction() as connection:
        owner = await find_user(connection, manager.tenant_id, id)
        statement = queries.add_key(
            owner["tenant_id"], made, user_id=id, name=asked.name, scopes=[Scope.JOBS], expires_at=asked.expires_at
        )
        row = (await connection.execute(statement)).mappings().one()
    return fresh_key(row, made.secret)


@router.get("/v1/users/{id}/keys", summary="List a user's keys", responses=refusals(404, 422))
async def list_user_keys(
    id: PathId, edge: EdgeOf, manager: ManagerOf, limit: Limit = 50, cursor: Cursor = None
) -> Listed[Key]:
    """Give a page of a person's keys, newest first, without their secrets; revoked ones too."""
    position = read_cursor(cursor, f"keys:{id}")
    before = UUID(position) if position else None
    async with edge.look() as connection:
        owner = await find_user(connection, manager.tenant_id, id)
        statement = queries.keys(tenant_id=owner["tenant_id"], user_id=id, before=before, limit=limit + 1)
        rows, next_cursor = cut((await connection.execute(statement)).mappings().all(), limit, f"keys:{id}")
    return Listed(data=[key(row) for row in rows], next_cursor=next_cursor)


@router.delete("/v1/users/{id}/keys/{key_id}", status_code=204, summary="Revoke a user's key", responses=refusals(404))
async def delete_user_key(id: PathId, key_id: str, edge: EdgeOf, manager: ManagerOf) -> Response:
    """Make a person's key worthless: here at once, at other gateways within seconds. Idempotent."""
    async with edge.transaction() as connection:
        await find_user(connection, manager.tenant_id, id)
        found = uuid_or_nothing(key_id)
        row = (await connection.execute(queries.key(found))).mappings().one_or_none()
        if row is None or row["user_id"] != id:
            raise NotFound(f"Key {key_id}.")
        await connection.execute(queries.revoke_key(found))
    edge.keyring.forget()
    return Response(status_code=204)


async def _written(edge: Edge, statement: Executable, email: str | None) -> RowMapping:
    try:
        async with edge.transaction() as connection:
            row = (await connection.execute(statement)).mappings().one_or_none()
    except IntegrityError as error:
        raise Conflict(f"Somebody of this tenant has the address {email!r} already.") from error
    if row is None:
        raise NotFound("They have left meanwhile.")
    return row
