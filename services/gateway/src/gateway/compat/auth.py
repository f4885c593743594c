"""The same keys in the words of other surfaces: ``Bearer K``, ``Key K`` and ``Token K`` are one."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials

from gateway.auth import identify
from gateway.edge import EdgeOf
from gateway.keyring import Principal
from mediamill.errors import Unauthorized
from mediamill.tenants.keys import Scope

SCHEMES = frozenset({"bearer", "key", "token"})


async def customer(request: Request, edge: EdgeOf) -> Principal:
    """Give who asks. Raises ``Unauthorized``, or ``Forbidden`` for a key that may not make jobs."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() not in SCHEMES or not key.strip():
        raise Unauthorized
    principal = await identify(edge, HTTPAuthorizationCredentials(scheme="Bearer", credentials=key.strip()))
    principal.require(Scope.JOBS, request.method)
    return principal


Customer = Annotated[Principal, Depends(customer)]
