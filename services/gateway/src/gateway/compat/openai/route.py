"""What every answer of this surface carries, and how a refusal in its own words leaves a route."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response

from gateway.compat.openai.dialect import Refused
from gateway.limits import StrictJsonRoute
from mediamill.clock import monotonic


class OpenAIRoute(StrictJsonRoute):
    """A route whose answers say how long they took, and whatever ``add_headers`` was told on the way."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the route."""
        handler = super().get_route_handler()

        async def timed(request: Request) -> Response:
            begun = monotonic()
            request.state.headers = {}
            try:
                response = await handler(request)
            except Refused as refused:
                response = refused.response()
            response.headers.update(request.state.headers)
            response.headers["openai-processing-ms"] = str(round((monotonic() - begun) * 1000))
            return response

        return timed


def add_headers(request: Request, **headers: str) -> None:
    """Give the answer headers, whether it will be one or a refusal; ``_`` stands for ``-`` in their names."""
    request.state.headers |= {name.replace("_", "-"): value for name, value in headers.items()}
