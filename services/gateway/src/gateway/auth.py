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
    principal = edge.keyring.recall(hashed) or await edge.keyring.look_up(hashed)
    if principal is None:
        raise Unauthorized("This key is unknown, has expired or was revoked.")
    return principal


async def welcome(edge: Edge, method: str, headers: Headers) -> Principal | None:
    """Give who asks if their key is plainly valid and lets them; nobody else is told apart here."""
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not secret or secret != secret.strip():
        return None
    hashed = digest(secret)
    principal = edge.keyring.recall(hashed) or await edge.keyring.look_up(hashed)
    return principal if principal is not None and principal.may(Scope.JOBS, method) else None


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
