"""What a request may bring: a name for it, a body that is not too large, JSON that can be stored."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic_core import from_json
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.problems import problem
from mediamill.errors import TooLarge
from mediamill.ids import uuid7

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")


def name_request(scope: Scope) -> str:
    """Give a request its name, if it has none yet: what the client sent, or a new one."""
    if (known := scope.get("request_id")) is None:
        given = Headers(scope=scope).get("x-request-id", "")
        known = scope["request_id"] = given if _REQUEST_ID.fullmatch(given) else str(uuid7())
    name: str = known
    return name


class RequestIds:
    """Names every request, by what the client sent or anew, and says the name in the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with ``request_id`` in its scope."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = name_request(scope)

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["x-request-id"] = request_id
            await send(message)

        await self._app(scope, receive, named)


class BodyLimit:
    """Refuses bodies over a limit before they are read, or as soon as one that gave no length crosses it.

    ``limits`` are those of single paths, in bytes. ``None`` is for uploads, which count for themselves: they are
    streamed to the store.
    """

    def __init__(self, app: ASGIApp, usual: int, limits: Mapping[str, int | None]) -> None:
        self._app = app
        self._usual = usual
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a body that is counted."""
        limit = self._limits.get(scope["path"], self._usual) if scope["type"] == "http" else None
        if limit is None:
            await self._app(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length", "")
        if length.isdigit() and int(length) > limit:
            await self._refusal(Request(scope), limit)(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise HTTPException(413, _detail(limit))
            return message

        await self._app(scope, counted, send)

    @staticmethod
    def _refusal(request: Request, limit: int) -> Response:
        error = TooLarge(_detail(limit))
        return problem(request, error.status, code=error.code, title=error.title(), detail=error.detail)


class StrictJsonRequest(Request):
    """Reads JSON that Postgres can store: no NaN, no half of a surrogate pair."""

    async def json(self) -> Any:
        """Give the parsed body. Raises a 400 for what is no JSON."""
        try:
            return from_json(await self.body(), allow_inf_nan=False)
        except ValueError as error:
            raise HTTPException(400, f"The body is not valid JSON: {error}.") from error


class StrictJsonRoute(APIRoute):
    """A route that reads its body so."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the request before FastAPI reads it."""
        handler = super().get_route_handler()

        async def strict(request: Request) -> Response:
            is_strict = isinstance(request, StrictJsonRequest)
            return await handler(request if is_strict else StrictJsonRequest(request.scope, request.receive))

        return strict


def _detail(limit: int) -> str:
    return f"At most {limit:,} bytes; upload media to /v1/assets and refer to it by its id."
