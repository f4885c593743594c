"""How requests reach OpenAI, and how it words what is wrong."""

from __future__ import annotations

import json
from http import HTTPStatus

import httpx2

from mediamill_vendors.kept import Answer
from mediamill_vendors.refusals import Problem
from mediamill_vendors.wire import Line

_OVER = frozenset({HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE})


class Wire(httpx2.BaseTransport):
    """The line as OpenAI's client wants it."""

    def __init__(self, base_url: str) -> None:
        self._line = Line("openai", base_url, problem)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request. Raises errors of ours for all but a success."""
        path = request.url.raw_path.decode()
        answer, headers = self._line.ask(request.method, path, request.headers, request.read(), request.extensions)
        return httpx2.Response(answer.status, headers=headers, content=answer.body)

    def close(self) -> None:
        """Let go of the connections."""
        self._line.close()


def problem(answer: Answer) -> Problem:
    """Read what an answer that is no success says.

    A call is over when the API itself says that it failed: there is no prediction that could go on, and failed calls
    are not billed. What something in between answers, or that time has run out, says nothing about the call.
    """
    try:
        told = json.loads(answer.body)["error"]
        return Problem(str(told["message"])[:500], str(told.get("code") or ""), answer.status in _OVER)
    except (ValueError, TypeError, KeyError, AttributeError):
        return Problem(answer.body[:200].decode(errors="replace"))
