"""Who asks: ``Authorization: Bearer <key>`` → a principal with scopes, or 401, or 403."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.datastructures import Headers

from gateway.edge import Edge, EdgeOf
from gateway.keyring import Principal
from mediamill.errors import Unauthorized
from mediamill.tenants.keys import Scope, digest

bearer = HTTPBearer(scheme_name="key", description="A key of your tenant: mm_…", auto_error=False)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


async def identify(edge: Edge, credentials: HTTPAuthorizationCredentials | None) -> Principal:
    """Give who holds the key. Raises ``Unauthorized``, with the same words whatever is wrong with it."""
    if credentials is None or not credentials.credentials:
        raise Unauthorized
    hashed = digest(credentials.credentials)
    principal = edge.keyring.recall(hashed)
    if principal is None:
        async with edge.look() as connection:
            principal = await edge.keyring.look_up(connection, hashed)
    if principal is None:
        raise Unauthorized("This key is unknown, has expired or was revoked.")
    return principal


def acquainted(edge: Edge, headers: Headers) -> Principal | None:
    """Give who asks if the key was looked up a moment ago and may have jobs made; nobody else is told apart here."""
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not secret or secret != secret.strip():
        return None
    principal = edge.keyring.recall(digest(secret))
    return principal if principal is not None and Scope.JOBS in principal.scopes else None


async def anyone(edge: EdgeOf, credentials: Credentials) -> Principal:
    """Let any valid key in."""
    return await identify(edge, credentials)


def holder_of(scope: Scope) -> Callable[[Request, Principal], Awaitable[Principal]]:
    """Make the dependency that lets in keys with a scope. It raises ``Forbidden`` for others."""

    async def check(request: Request, principal: Annotated[Principal, Depends(anyone)]) -> Principal:
        principal.require(scope, request.method)
        return principal

    return check


Anyone = Annotated[Principal, Depends(anyone)]
Owner = Annotated[Principal, Depends(holder_of(Scope.JOBS))]
Operator = Annotated[Principal, Depends(holder_of(Scope.OPERATOR))]
