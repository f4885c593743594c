"""The short way to the few operations that are asked for thousands of times: past all that FastAPI does around a route.

That costs more than all else that accepting a job does. What is not plainly right, be it wrong, unknown or merely
unusual, takes the long way from its beginning, which reads it as the documentation says and tells what is wrong. So
there is nothing to refuse here and no second wording of a refusal; and what is raised on the short way is raised again
at the long way's end, where every error is made a problem.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, NamedTuple

from fastapi import Request, Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.limits import StrictJsonRequest, StrictJsonRoute, name_request

_RAISED = "mediamill.raised"


class Way(NamedTuple):
    """An operation that may be reached so: by which paths, and how; ``take`` gives nothing for the long way."""

    fits: Callable[[str], bool]
    take: Callable[[StrictJsonRequest], Awaitable[Response | None]]
    method: str = "POST"


class ShortWay:
    """Answers what it can, and passes everything else on, its body unread or read again.

    It stands before all that every other request passes through, and so names its requests itself.
    """

    def __init__(self, app: ASGIApp, ways: Sequence[Way], most_bytes: int) -> None:
        self._app = app
        self._ways = ways
        self._most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        way = self._way(scope)
        if way is None:
            await self._app(scope, receive, send)
            return
        request = _Remembering(scope, receive)
        try:
            response = await way.take(request)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001  # raised again where it is understood
            scope[_RAISED], response = error, None
        if response is None:
            await self._app(scope, request.again, send)
        else:
            response.headers["x-request-id"] = name_request(scope)
            await response(scope, receive, send)

    def _way(self, scope: Scope) -> Way | None:
        """Give the way of a request; what is posted must tell its length, and that must be moderate."""
        if scope["type"] != "http":
            return None
        path, method = scope["path"], scope["method"]
        way = next((way for way in self._ways if way.method == method and way.fits(path)), None)
        if way is None or method == "GET":
            return way
        length = Headers(scope=scope).get("content-length", "")
        return way if length.isdigit() and int(length) <= self._most_bytes else None


class _Remembering(StrictJsonRequest):
    """A request whose body can be read once more."""

    _read: bytes | None = None

    async def body(self) -> bytes:
        """Give the body."""
        self._read = await super().body()
        return self._read

    async def again(self) -> Message:
        """Receive what came, then what comes."""
        body, self._read = self._read, None
        if body is None:
            return await self.receive()
        return {"type": "http.request", "body": body, "more_body": False}


class LongWay(StrictJsonRoute):
    """A route at the end of the long way: it raises what the short one raised."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Raise, or handle as ever."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            if (error := request.scope.pop(_RAISED, None)) is not None:
                raise error
            return await handler(request)

        return handle
