"""Replicate's HTTP API."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

from starlette.types import Scope, Send

from mediamill.clock import now
from mediamill_testing.vendor.asgi import answer, header
from mediamill_testing.vendor.bill import Sale
from mediamill_testing.vendor.messenger import SECRET, Messenger, standard_webhooks
from mediamill_testing.vendor.shop import Refusal, Shop

TITLES = {
    422: "Refused",
    429: "Too many requests",
    500: "Broken",
    503: "Away",
    401: "Unauthenticated",
    402: "Insufficient credit",
    404: "Not found",
}
DETAILS = {"moderated": "The input or output was flagged as sensitive. (E005)"}


class Api(Shop):
    """Sells predictions that take as long as their input says."""

    looks = frozenset({"predictions", "one"})

    async def route(self, scope: Scope, body: bytes, send: Send) -> None:
        """Answer a request."""
        match scope["method"], scope["path"].strip("/").split("/")[1:]:
            case "POST", ["models", owner, name, "predictions"]:
                await self._sell(f"{owner}/{name}", json.loads(body), send, header(scope, "idempotency-key"))
            case "POST", ["predictions"]:
                await self._sell("test/versioned", json.loads(body), send)
            case "GET", ["predictions"]:
                await answer(send, 200, self._page(scope))
            case "GET", ["predictions", id] if sale := self.bill.sale(id):
                await answer(send, 200, sale.shown(self.base))
            case "POST", ["predictions", id, "cancel"] if sale := self.bill.sale(id):
                if sale.status == "processing":
                    sale.canceled_at = now()
                await answer(send, 200, sale.shown(self.base))
            case "GET", ["webhooks", "default", "secret"]:
                await answer(send, 200, {"key": SECRET})
            case _:
                await self.not_found(send)

    def name_of(self, scope: Scope) -> str:
        """Name the kind of a path."""
        last = scope["path"].strip("/").split("/")[-1]
        return last if last in {"predictions", "cancel", "secret"} else "one"

    def problem(self, refusal: Refusal) -> dict[str, Any]:
        """Write a refusal as RFC 7807 does."""
        title = TITLES[refusal.status]
        return {"title": title, "status": refusal.status, "detail": DETAILS.get(refusal.fault, title)}

    def messenger(self) -> Messenger:
        """Make what sends webhooks as Standard Webhooks asks."""
        return Messenger(self.faults, lambda sale: json.dumps(sale.shown(self.base)).encode(), standard_webhooks)

    async def _sell(self, model: str, asked: dict[str, Any], send: Send, key: str = "") -> None:
        """Sell a prediction; another Mediamill (``faults.replays``) gives what it made under the same key before."""
        made = next((sale for sale in self.bill.sales() if key and sale.key == key), None)
        if self.faults.replays and made is not None:
            await answer(send, 201, made.shown(self.base))
            return
        input, product = asked.get("input") or {}, self.catalogue.get(model)
        seconds = product.seconds if product else float(input.get("seconds", 0))
        events = asked.get("webhook_events_filter") or ["start", "completed"]
        sale = Sale(model, input, asked.get("webhook"), events, seconds, product, key)
        await self.sell(sale, send, lambda sale: sale.shown(self.base), 201)

    def _page(self, scope: Scope) -> dict[str, Any]:
        cursor = parse_qs(scope["query_string"].decode()).get("cursor", [None])[0]
        sales, below = self.bill.page(int(cursor) if cursor else None)
        following = f"{self.base}/v1/predictions?cursor={below}" if below else None
        hidden = {"webhook": None} if self.faults.hide_hooks else {}
        shown = [sale.shown(self.base) | hidden for sale in sales]
        return {"previous": None, "next": following, "results": shown}
