"""What a gateway counts of its own: requests by surface and status, to their first byte, and open streams."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.types import Message, Scope, Send

from gateway.events.newsroom import Newsroom
from gateway.events.stream import IS_STREAM
from mediamill.clock import monotonic
from mediamill.telemetry import metrics
from mediamill.telemetry.meters import Cell, Meters
from mediamill.telemetry.metrics import STATUSES, SURFACES

_SURFACES = {
    "v1": "native",
    "replicate": "replicate",
    "openai": "openai",
    "fal-run": "fal",
    "fal-queue": "fal",
}
"""By the first part of the path; products say theirs."""


def watch_streams(meters: Meters, newsroom: Newsroom) -> None:
    """Have the open streams looked up when somebody asks."""
    meters.on_scrape(lambda: meters.cell(metrics.SSE_CLIENTS).put(newsroom.listeners))


class RequestMeter:
    """Counts requests. It is on the way of every one, so a request costs it two looks at the clock and one sum."""

    def __init__(self, meters: Meters, products: Iterable[str]) -> None:
        """Count into these meters; ``products`` are the prefixes of the products' paths."""
        self._surfaces = _SURFACES | {_first(prefix): "product" for prefix in products}
        self._cells: dict[tuple[str, int], Cell] = {
            (surface, number): meters.cell(metrics.REQUESTS, surface=surface, status=status)
            for surface in SURFACES
            for number, status in enumerate(STATUSES, 2)
        }

    def watched(self, scope: Scope, send: Send) -> Send:
        """Give a way to send an answer that counts it with its first message."""
        began = monotonic()

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                found = self._cells.get((self._surface(scope), message["status"] // 100))
                if found is not None:
                    found.observe(monotonic() - began)
            await send(message)

        return counting

    def _surface(self, scope: Scope) -> str:
        """Tell which surface a request is for. One that asked to wait for a job's end takes as long as that."""
        surface = self._surfaces.get(_first(scope["path"]), "operations")
        if surface != "native":
            return surface
        if scope.get("state", {}).get(IS_STREAM):
            return "stream"
        return "waiting" if any(name == b"prefer" for name, _ in scope["headers"]) else surface


def _first(path: str) -> str:
    """Give the first part of a path."""
    return path.lstrip("/").partition("/")[0]
