"""The bytes of an asset over HTTP: whole or a range, cached for ever, and never run as a page."""

from __future__ import annotations

import asyncio
import re
from typing import NamedTuple
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse
from sqlalchemy import RowMapping

from gateway.assets.lending import opened
from gateway.edge import Edge
from mediamill.assets.sniff import EXTENSIONS
from mediamill.errors import MediamillError, NotFound

LINK_S = 3600
"""How long the URL opens that a client is sent to, in seconds: a player may seek in a film that long."""
_CANNOT_RUN = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src 'self'"
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_SUFFIXES = {media_type: suffix for suffix, media_type in reversed(EXTENSIONS.items())}


class RangeNotSatisfiable(MediamillError):
    """The asset has no bytes in this range."""

    code, status = "range-not-satisfiable", 416

    def __init__(self, size: int) -> None:
        super().__init__(f"It has {size} bytes.")
        self.headers = {"Content-Range": f"bytes */{size}"}


class Span(NamedTuple):
    """Bytes from ``start`` up to and without ``end``."""

    start: int
    end: int


async def serve(request: Request, asset: RowMapping, edge: Edge) -> Response:
    """Answer with an asset's bytes, or with 304 for who has them, or with 416 for a range that is not there.

    With ``store_redirects`` the answer is where the bucket gives them, if it has a place for that.
    """
    etag = f'"{asset["sha256"]}"'
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Disposition": f"inline; filename={quote(filename(asset))}",
        "Content-Security-Policy": _CANNOT_RUN,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if _has_already(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    if request.method == "GET" and (elsewhere := await _link(edge, asset["sha256"])):
        return RedirectResponse(elsewhere, 302, {"Cache-Control": f"private, max-age={LINK_S // 2}"})
    size = asset["bytes"]
    span = _span(request, etag, size)
    if span is not None:
        headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{size}"
    start, end = span or Span(0, size)
    headers["Content-Length"] = str(end - start)
    status, media_type = 200 if span is None else 206, _content_type(asset["media_type"])
    if request.method == "HEAD":
        if not await asyncio.to_thread(edge.store.has, asset["sha256"]):
            raise NotFound(f"The bytes of asset {asset['id']}.")
        return Response(status_code=status, headers=headers, media_type=media_type)
    return StreamingResponse(await opened(edge.store, asset["sha256"], start, end), status, headers, media_type)


def read_range(header: str | None, size: int) -> Span | None:
    """Read a Range; ``None`` for the whole, also for what we may ignore. Raises ``RangeNotSatisfiable``."""
    found = _RANGE.fullmatch((header or "").strip().replace(" ", ""))
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        span = Span(max(0, size - int(last)), size) if int(last) else Span(size, size)
    else:
        span = Span(int(first), min(int(last) + 1, size) if last else size)
        if last and int(last) < int(first):
            return None
    if span.start >= size:
        raise RangeNotSatisfiable(size)
    return span


def _span(request: Request, etag: str, size: int) -> Span | None:
    condition = request.headers.get("if-range")
    if condition is not None and condition != etag:
        return None
    return read_range(request.headers.get("range"), size)


def _has_already(header: str | None, etag: str) -> bool:
    known = [tag.strip().removeprefix("W/") for tag in (header or "").split(",")]
    return "*" in known or etag in known


def filename(asset: RowMapping) -> str:
    """Name an asset as a file."""
    suffix = _SUFFIXES.get(asset["media_type"])
    return f"{asset['id']}.{suffix}" if suffix else str(asset["id"])


def _content_type(media_type: str) -> str:
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


async def _link(edge: Edge, sha256: str) -> str | None:
    return await asyncio.to_thread(edge.store.link, sha256, LINK_S) if edge.config.store_redirects else None
