"""How requests reach fal's queue, and how fal words what is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Any

import httpx
from fal_client import SyncClient

from mediamill_vendors.kept import Answer
from mediamill_vendors.refusals import Problem
from mediamill_vendors.wire import Line, Wire, prefix_of

_INGRESS = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT})


@dataclass(frozen=True)
class Client(SyncClient):
    """fal's own client on our wire: its hosts are read when it is imported, and it would try everything ten times."""

    transport: httpx.BaseTransport | None = None

    @cached_property
    def _client(self) -> httpx.Client:
        headers = {"Authorization": self._auth.header_value}
        return httpx.Client(transport=self.transport, headers=headers, timeout=self.default_timeout, trust_env=False)


def wire(queue_url: str) -> Wire:
    """Make a way to fal's queue, wherever that is."""
    return Wire(line(queue_url), prefix_of(queue_url))


def line(url: str) -> Line:
    """Make a way to one of fal's hosts."""
    return Line("fal", url, problem)


def problem(answer: Answer) -> Problem:
    """Read what an answer that is no success says.

    A request is over when fal tells what sort of error it ended with, and it never began when a proxy before fal
    answered: by the rule of fal's own client, that one says so and gives no request id.
    """
    text = answer.body[:100_000].decode(errors="replace")
    by_proxy = answer.status in _INGRESS and "nginx" in text and "x-fal-request-id" not in answer.headers
    try:
        told = json.loads(text)
    except ValueError:
        return Problem(text[:200], is_over=by_proxy)
    code = str(
        (told.get("error_type") if isinstance(told, dict) else "") or answer.headers.get("x-fal-error-type") or ""
    )
    return Problem(words_of(told) or text[:200], code, by_proxy or bool(code))


def words_of(told: Any) -> str:
    """Read the words off an error in either of fal's shapes; the type of a refused field tells why it was."""
    detail = told.get("detail") if isinstance(told, Mapping) else None
    if isinstance(detail, list):
        return "; ".join(_wrong(part) for part in detail)[:500]
    return str(detail or "")[:500]


def _wrong(part: Any) -> str:
    if not isinstance(part, Mapping):
        return str(part)
    where = ".".join(str(step) for step in part.get("loc", ()))
    return f"{where}: {part.get('msg', '')} ({part.get('type', '')})"
