"""The vendor's HTTP API: one ASGI application, no framework, so that thousands of predictions cost little."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from starlette.types import Receive, Scope, Send

from mediamill.clock import now
from mediamill_testing.vendor.bill import Bill, Mark, Sale
from mediamill_testing.vendor.faults import Faults
from mediamill_testing.vendor.messenger import SECRET, Messenger

Moment = Callable[[str, Sale], None]
TITLES = {
    422: "Refused",
    429: "Too many requests",
    500: "Broken",
    503: "Away",
    401: "Unauthenticated",
    404: "Not found",
}


class Api:
    """Answers requests. ``moment`` is told of each sale when it is asked for, sold and answered, in a thread."""

    def __init__(self, base: str, bill: Bill, faults: Faults, moment: Moment | None = None) -> None:
        self._base = base
        self._bill = bill
        self._faults = faults
        self._moment = moment
        self._messenger: Messenger | None = None
        self.asked: dict[str, int] = {}
        """How often each method and kind of path was asked for."""
        self.marks: list[Mark] = []
        self.token = ""
        """The one that is taken; empty: any."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return
        body = await _body(receive)
        if not scope["path"].startswith("/v1/"):
            await self._backdoor(scope, body, send)
            return
        self._count(scope)
        refused = self._refused(scope)
        if refused is not None:
            await _answer(send, refused, _problem(refused), retry_after_s=self._faults.retry_after_s)
            return
        if self._faults.garbled:
            await _answer(send, HTTPStatus.OK, "<h1>Please log in</h1>")
            return
        await self._route(scope, body, send)

    async def _route(self, scope: Scope, body: bytes, send: Send) -> None:
        match scope["method"], scope["path"].strip("/").split("/")[1:]:
            case "POST", ["models", owner, name, "predictions"]:
                await self._sell(f"{owner}/{name}", json.loads(body), send)
            case "POST", ["predictions"]:
                asked = json.loads(body)
                await self._sell("test/versioned", asked, send)
            case "GET", ["predictions"]:
                await _answer(send, 200, self._page(scope))
            case "GET", ["predictions", id] if sale := self._bill.sale(id):
                await _answer(send, 200, sale.shown(self._base))
            case "POST", ["predictions", id, "cancel"] if sale := self._bill.sale(id):
                if sale.status == "processing":
                    sale.canceled_at = now()
                await _answer(send, 200, sale.shown(self._base))
            case "GET", ["webhooks", "default", "secret"]:
                await _answer(send, 200, {"key": SECRET})
            case _:
                await _answer(send, 404, _problem(404))

    async def _backdoor(self, scope: Scope, body: bytes, send: Send) -> None:
        """Do for a test in another process what one in this process does by hand."""
        match scope["method"], scope["path"]:
            case "POST", "/marks":
                told = json.loads(body)
                self.marks.append(Mark(UUID(told["job_id"]), int(told["ordinal"]), now()))
                await _answer(send, 201, {})
            case "PUT", "/faults":
                for name, value in json.loads(body).items():
                    setattr(self._faults, name, value)
                await _answer(send, 200, {})
            case "GET", "/bill":
                ends = {sale.id: sale.ends_at.timestamp() for sale in self._bill.sales()}
                await _answer(
                    send,
                    200,
                    {"keys": self._bill.keys(), "ends_at": ends, "asked": self.asked, "total": str(self._bill.total())},
                )
            case _:
                await _answer(send, 404, _problem(404))

    async def _sell(self, model: str, asked: dict[str, Any], send: Send) -> None:
        input = asked.get("input") or {}
        events = asked.get("webhook_events_filter") or ["start", "completed"]
        sale = Sale(model, input, asked.get("webhook"), events, float(input.get("seconds", 0)))
        await self._reach("asked", sale)
        sale.created_at = now()
        self._bill.sell(sale)
        if self._messenger is None:
            self._messenger = Messenger(self._faults, self._base)
        await self._reach("sold", sale)
        if sale.webhook and self._faults.early_hooks:
            await asyncio.sleep(sale.seconds)
            await self._messenger.tell(sale)
        elif sale.webhook:
            self._messenger.await_end(sale, in_s=max(0.0, (sale.ends_at - now()).total_seconds()) + 0.001)
        if self._faults.cut_sales > 0:
            self._faults.cut_sales -= 1
            await send({"type": "http.response.start", "status": 201, "headers": [(b"content-length", b"9999")]})
            await send({"type": "http.response.body", "body": b"{"})
            return
        await _answer(send, 201, sale.shown(self._base))
        await self._reach("answered", sale)

    async def _reach(self, name: str, sale: Sale) -> None:
        if self._moment is not None:
            await asyncio.to_thread(self._moment, name, sale)

    def _page(self, scope: Scope) -> dict[str, Any]:
        cursor = parse_qs(scope["query_string"].decode()).get("cursor", [None])[0]
        sales, below = self._bill.page(int(cursor) if cursor else None)
        following = f"{self._base}/v1/predictions?cursor={below}" if below else None
        hidden = {"webhook": None} if self._faults.hide_hooks else {}
        shown = [sale.shown(self._base) | hidden for sale in sales]
        return {"previous": None, "next": following, "results": shown}

    def _count(self, scope: Scope) -> None:
        last = scope["path"].strip("/").split("/")[-1]
        known = last if last in {"predictions", "cancel", "secret"} else "one"
        name = f"{scope['method']} {known}"
        self.asked[name] = self.asked.get(name, 0) + 1

    def _refused(self, scope: Scope) -> int | None:
        headers = dict(scope["headers"])
        if not headers.get(b"authorization", b"").startswith(f"Bearer {self.token}".encode()):
            return HTTPStatus.UNAUTHORIZED
        if self._faults.deaf_reads and scope["method"] == "GET" and "predictions" in scope["path"]:
            return HTTPStatus.SERVICE_UNAVAILABLE
        if self._faults.throttled > 0:
            self._faults.throttled -= 1
            return HTTPStatus.TOO_MANY_REQUESTS
        if self._faults.refused > 0:
            self._faults.refused -= 1
            return HTTPStatus.UNPROCESSABLE_ENTITY
        if self._faults.broken > 0:
            self._faults.broken -= 1
            return HTTPStatus.INTERNAL_SERVER_ERROR
        return None


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _answer(send: Send, status: int, body: dict[str, Any] | str, *, retry_after_s: float = 0) -> None:
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(raw)).encode())]
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        headers.append((b"retry-after", f"{retry_after_s:g}".encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": raw})


def _problem(status: int) -> dict[str, Any]:
    return {"title": TITLES[status], "status": status, "detail": TITLES[status]}
