"""The short way to ``POST /v1/jobs``: a request with nothing wrong in it does not pass FastAPI's reading of requests.

That costs more than all else that accepting a job does. Whatever is not plainly right here, be it wrong, unknown or
merely unusual, takes FastAPI's way from its beginning, which reads it as the documentation says and tells what is
wrong. So there is nothing to refuse here, and no second wording of a refusal.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import ValidationError
from pydantic_core import from_json
from starlette.datastructures import Headers

from gateway.edge import Edge
from gateway.jobs.models import PostJob
from gateway.keyring import Principal
from gateway.limits import StrictJsonRequest, StrictJsonRoute
from mediamill.tenants.keys import Scope, digest

LONGEST_KEY = 200

Endpoint = Callable[..., Awaitable[Response]]
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def shortcut_to(endpoint: Endpoint) -> type[APIRoute]:
    """Make the class of a route that calls its endpoint by the short way where it can."""

    class Shortcut(StrictJsonRoute):
        def get_route_handler(self) -> Handler:
            return _handler(endpoint, super().get_route_handler())

    return Shortcut


def _handler(endpoint: Endpoint, long_way: Handler) -> Handler:
    async def handle(request: Request) -> Response:
        strict = StrictJsonRequest(request.scope, request.receive)
        edge: Edge = request.app.state.edge
        owner, key = _owner(edge, strict.headers), strict.headers.get("idempotency-key")
        if owner is None or not _is_plain(strict.headers, key):
            return await long_way(strict)
        post = _read(await strict.body())
        if post is None:
            return await long_way(strict)
        headers = strict.headers
        return await endpoint(post, strict, edge, owner, key, headers.get("prefer"), headers.get("traceparent"))

    return handle


def _owner(edge: Edge, headers: Headers) -> Principal | None:
    """Give who asks if the key was looked up a moment ago and may post jobs."""
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not secret or secret != secret.strip():
        return None
    principal = edge.keyring.recall(digest(secret))
    return principal if principal is not None and Scope.JOBS in principal.scopes else None


def _is_plain(headers: Headers, key: str | None) -> bool:
    return headers.get("content-type") == "application/json" and (key is None or 1 <= len(key) <= LONGEST_KEY)


def _read(body: bytes) -> PostJob | None:
    try:
        return PostJob.model_validate(from_json(body, allow_inf_nan=False))
    except (ValueError, ValidationError):
        return None
