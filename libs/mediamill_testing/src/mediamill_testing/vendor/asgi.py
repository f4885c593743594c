"""ASGI by hand: no framework, so that thousands of predictions cost little."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.types import Receive, Scope, Send

JSON = "application/json"


async def body_of(receive: Receive) -> bytes:
    """Read a request's body."""
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def header(scope: Scope, name: str) -> str:
    """Give a request's header, empty without one."""
    return str(dict(scope["headers"]).get(name.encode(), b"").decode())


async def answer(send: Send, status: int, body: Any, media_type: str = JSON, **headers: str) -> None:
    """Answer with JSON, or with bytes as they are."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    await _begin(send, status, {"content-type": media_type, "content-length": str(len(raw)), **headers})
    await send({"type": "http.response.body", "body": raw})


async def cut(send: Send, status: int, begun: bytes = b"{", media_type: str = JSON, more: int = 9999) -> None:
    """Begin an answer that promises ``more`` bytes, and hang up."""
    length = str(len(begun) + more)
    await _begin(send, status, {"content-type": media_type, "content-length": length})
    await send({"type": "http.response.body", "body": begun})


async def _begin(send: Send, status: int, headers: Mapping[str, str]) -> None:
    told = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": told})
