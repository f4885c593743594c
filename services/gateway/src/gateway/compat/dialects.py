"""Refusals in the words of each surface: whatever went wrong, a client reads the error that its own library expects.

Everything in the gateway refuses by a problem (RFC 9457). Here, at the edge, a problem that leaves under the prefix of
a surface is written in that surface's dialect: wrong keys, unknown paths, bodies that are too large, our own faults.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.problems import MEDIA_TYPE, Problem


class Refusal(NamedTuple):
    """An error as a surface's clients read it: status, body, and headers beside those that the problem had."""

    status: int
    body: bytes
    media_type: str = "application/json"
    headers: Mapping[str, str] = {}


class Dialect(Protocol):
    """How one surface refuses."""

    prefix: str
    """What its paths begin with, such as ``/openai/``."""

    def refuse(self, problem: Problem) -> Refusal:
        """Say it in the surface's words."""


class Dialects:
    """The middleware that translates; other paths cost one comparison."""

    def __init__(self, app: ASGIApp, dialects: Sequence[Dialect]) -> None:
        self._app = app
        self._dialects = tuple(dialects)
        self._prefixes = tuple(dialect.prefix for dialect in dialects)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; an answer that is a problem is held back and translated."""
        if scope["type"] != "http" or not scope["path"].startswith(self._prefixes):
            await self._app(scope, receive, send)
            return
        dialect = next(one for one in self._dialects if scope["path"].startswith(one.prefix))
        await self._app(scope, receive, _Translated(dialect, send))


class _Translated:
    """Sends what it is given, but a problem."""

    def __init__(self, dialect: Dialect, send: Send) -> None:
        self._dialect = dialect
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_problem(message):
            self._start = message
            return
        if self._start is None:
            await self._send(message)
            return
        self._body += message.get("body", b"")
        if not message.get("more_body", False):
            await self._tell(self._start, self._dialect.refuse(Problem.model_validate_json(self._body)))

    async def _tell(self, start: Message, refusal: Refusal) -> None:
        headers = MutableHeaders(raw=list(start["headers"]))
        headers["content-type"] = refusal.media_type
        headers["content-length"] = str(len(refusal.body))
        headers.update(refusal.headers)
        await self._send({**start, "status": refusal.status, "headers": headers.raw})
        await self._send({"type": "http.response.body", "body": refusal.body})


def _is_problem(start: Message) -> bool:
    return Headers(raw=start["headers"]).get("content-type", "").startswith(MEDIA_TYPE)
