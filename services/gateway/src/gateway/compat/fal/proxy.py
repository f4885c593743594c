"""``/fal-proxy``: one address for the JavaScript client's ``proxyUrl``, which names in a header what it wants.

The named address is never called. Its host only tells which of our own routes is meant; any other host is refused.
"""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.problems import InvalidRequest
from mediamill.errors import NotFound

TARGET = "x-fal-target-url"
SURFACES = {"fal.run": "/fal-run", "queue.fal.run": "/fal-queue"}
HOUSE = (".fal.ai", ".fal.run", ".fal.dev")


class NoTarget(InvalidRequest):
    """The header x-fal-target-url is missing."""

    code, status = "no-target", 400


class WrongTarget(InvalidRequest):
    """The header x-fal-target-url names no address of fal's; nothing else is reached through here."""

    code, status = "wrong-target", 412


class Proxy:
    """Hands a request to our own routes, as the target says."""

    def __init__(self, surface: ASGIApp) -> None:
        self._surface = surface

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request. Raises ``NoTarget``, ``WrongTarget`` or ``NotFound``."""
        path, query = _read(Request(scope).headers.get(TARGET))
        raw = path.encode()
        meant = {"path": unquote(path), "raw_path": raw, "root_path": "", "query_string": query, "path_params": {}}
        await self._surface({**scope, **meant}, receive, send)


def _read(target: str | None) -> tuple[str, bytes]:
    if not target:
        raise NoTarget
    try:
        parts = urlsplit(target)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise WrongTarget from None
    if parts.scheme != "https" or "@" in parts.netloc or port not in {None, 443}:
        raise WrongTarget
    if host in SURFACES:
        return SURFACES[host] + parts.path, parts.query.encode()
    if host.endswith(HOUSE):
        raise NotFound(f"{host} is not served here; send files as data URIs or upload them to /v1/assets.")
    raise WrongTarget
