"""The short way to ``POST /v1/jobs``: a known key and a body with nothing wrong in it."""

from __future__ import annotations

from fastapi import Response
from fastapi.routing import APIRoute
from pydantic import ValidationError
from pydantic_core import from_json
from starlette.datastructures import Headers

from gateway.auth import welcome
from gateway.edge import Edge
from gateway.jobs.models import PostJob
from gateway.jobs.post_routes import PATH, post_job, router
from gateway.limits import StrictJsonRequest
from gateway.shortway import Way

LONGEST_KEY = 200

_ROUTE = next(route for route in router.routes if isinstance(route, APIRoute) and route.path == PATH)


async def _take(request: StrictJsonRequest) -> Response | None:
    edge: Edge = request.app.state.edge
    headers = request.headers
    key = headers.get("idempotency-key")
    if not _is_plain(headers, key) or (owner := await welcome(edge, request.method, headers)) is None:
        return None
    post = _read(await request.body())
    if post is None:
        return None
    request.scope.setdefault("route", _ROUTE)
    return await post_job(post, request, edge, owner, key, headers.get("prefer"), headers.get("traceparent"))


WAY = Way(PATH.__eq__, _take)


def _is_plain(headers: Headers, key: str | None) -> bool:
    return headers.get("content-type") == "application/json" and (key is None or 1 <= len(key) <= LONGEST_KEY)


def _read(body: bytes) -> PostJob | None:
    try:
        return PostJob.model_validate(from_json(body, allow_inf_nan=False))
    except (ValueError, ValidationError):
        return None
