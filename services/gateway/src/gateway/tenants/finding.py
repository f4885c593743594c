"""Who manages the people of which tenant, and finding one of them."""

from __future__ import annotations

from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.auth import Anyone
from mediamill.errors import Forbidden, NotFound
from mediamill.tenants import people
from mediamill.tenants.keys import Scope
from mediamill.tenants.roles import Role


class Manager(NamedTuple):
    """Somebody who manages people: an operator those of every tenant, an owner those of their own."""

    tenant_id: UUID | None
    """The only tenant whose people they see; ``None``: all."""
    own_tenant_id: UUID

    def tenant(self, named: UUID | None) -> UUID:
        """Give the tenant that they mean, or their own. Raises ``NotFound`` for one that is not theirs."""
        if named is not None and self.tenant_id not in {None, named}:
            raise NotFound(f"Tenant {named}.")
        return named or self.own_tenant_id


async def _manager(request: Request, principal: Anyone) -> Manager:
    if Scope.OPERATOR in principal.scopes:
        return Manager(None, principal.tenant_id)
    principal.require(Scope.JOBS, request.method)
    if principal.role is not Role.OWNER:
        raise Forbidden("It needs the scope 'operator', or to be an owner's of the tenant.")
    return Manager(principal.tenant_id, principal.tenant_id)


ManagerOf = Annotated[Manager, Depends(_manager)]


async def find_user(connection: AsyncConnection, tenant_id: UUID | None, user_id: UUID) -> RowMapping:
    """Find a person of a tenant, or of any, who has not left. Raises ``NotFound``."""
    row = (await connection.execute(people.user(tenant_id, user_id))).mappings().one_or_none()
    if row is None or row["removed_at"] is not None:
        raise NotFound(f"User {user_id}.")
    return row
