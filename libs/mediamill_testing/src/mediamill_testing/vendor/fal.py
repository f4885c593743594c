"""fal's queue: submit, status, result, cancel, the keys of its webhooks."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from starlette.types import Scope, Send

from mediamill.clock import now
from mediamill_testing.vendor.asgi import answer
from mediamill_testing.vendor.bill import Sale
from mediamill_testing.vendor.catalogue import JSON
from mediamill_testing.vendor.messenger import Messenger, ed25519, jwks
from mediamill_testing.vendor.shop import Refusal, Shop

FLAGGED = {"moderated", "nsfw", "sensitive"}
WORDS = {"throttled": "Too many requests.", "penniless": "User is locked. Reason: Exhausted balance."}
SORTS = {"image": "images", "video": "video", "audio": "audio"}


class FalApi(Shop):
    """Sells predictions that take as long as their input, or the catalogue, says."""

    scheme = "Key"
    public = frozenset({"jwks"})
    looks = frozenset({"status", "result"})

    async def route(self, scope: Scope, body: bytes, send: Send) -> None:
        """Answer a request; an app's name may have a path, under which its requests do not lie."""
        parts = scope["path"].strip("/").split("/")
        match scope["method"], parts:
            case "GET", [".well-known", "jwks.json"]:
                await answer(send, 200, jwks())
            case "GET", [_, _, "requests", id, "status"] if sale := self.bill.sale(id):
                await answer(send, 200 if self._has_ended(sale) else 202, self._status(sale))
            case "GET", [_, _, "requests", id] if sale := self.bill.sale(id):
                await self._result(sale, send)
            case "PUT", [_, _, "requests", id, "cancel"] if sale := self.bill.sale(id):
                await self._cancel(sale, send)
            case "POST", [_, _, *_]:
                query = parse_qs(scope["query_string"].decode())
                await self._sell("/".join(parts), json.loads(body), query.get("fal_webhook", [None])[0], send)
            case _:
                await self.not_found(send)

    def name_of(self, scope: Scope) -> str:
        """Name the kind of a path."""
        parts = scope["path"].strip("/").split("/")
        if "requests" not in parts:
            return "jwks" if parts[-1] == "jwks.json" else "app"
        return parts[-1] if parts[-1] in {"status", "cancel"} else "result"

    def problem(self, refusal: Refusal) -> dict[str, Any]:
        """Write a refusal in the one of fal's shapes that belongs to it."""
        if refusal.status != HTTPStatus.UNPROCESSABLE_ENTITY:
            return {"detail": WORDS.get(refusal.fault, refusal.fault)}
        sort = "content_policy_violation" if refusal.fault in FLAGGED else "value_error"
        return {"detail": [{"loc": ["body", "prompt"], "msg": f"This is {refusal.fault}.", "type": sort}]}

    def messenger(self) -> Messenger:
        """Make what sends webhooks as fal does."""
        return Messenger(self.faults, self.told, ed25519)

    async def _sell(self, app: str, input: dict[str, Any], webhook: str | None, send: Send) -> None:
        product = self.catalogue.get(app)
        seconds = product.seconds if product else float(input.get("seconds", 0))
        sale = Sale(app, input, webhook, [], seconds, product)
        await self.sell(sale, send, self._accepted, 200, x_fal_request_id=sale.id)

    def _accepted(self, sale: Sale) -> dict[str, Any]:
        at = f"{self.base}/{'/'.join(sale.model.split('/')[:2])}/requests/{sale.id}"
        urls = {"response_url": at, "status_url": f"{at}/status", "cancel_url": f"{at}/cancel"}
        return {"request_id": sale.id, "status": "IN_QUEUE", "queue_position": 0, **urls}

    def _status(self, sale: Sale) -> dict[str, Any]:
        if not self._has_ended(sale):
            return {**self._accepted(sale), "status": "IN_PROGRESS", "logs": None}
        failed = {"error": self._error(sale)[1]["detail"]} if sale.status != "succeeded" else {}
        metrics = {"inference_time": sale.seconds}
        return {**self._accepted(sale), "status": "COMPLETED", "logs": None, "metrics": metrics, **_as_text(failed)}

    async def _result(self, sale: Sale, send: Send) -> None:
        if not self._has_ended(sale):
            await answer(send, 400, {"detail": "Request is still in progress"})
        elif sale.status == "succeeded":
            await answer(send, 200, self._output(sale), x_fal_request_id=sale.id)
        else:
            status, told = self._error(sale)
            await answer(send, status, told, x_fal_request_id=sale.id)

    async def _cancel(self, sale: Sale, send: Send) -> None:
        if self._has_ended(sale):
            await answer(send, 400, {"status": "ALREADY_COMPLETED"})
            return
        sale.canceled_at = now()
        await answer(send, 202, {"status": "CANCELLATION_REQUESTED"})

    def _error(self, sale: Sale) -> tuple[int, dict[str, Any]]:
        """Tell what a failed request's result answers: the model's fault is 422, the runner's 500."""
        if sale.canceled_at is not None:
            return 499, {"detail": "Request was cancelled", "error_type": "client_cancelled"}
        fault = str(sale.input["fail"])
        if "interrupted" in fault:
            return 500, {"detail": fault, "error_type": "runner_server_error"}
        return 422, self.problem(Refusal(422, fault))

    def _output(self, sale: Sale) -> dict[str, Any]:
        if sale.product is None:
            return {"prediction": sale.id}
        if sale.product.makes == JSON:
            return dict(json.loads(sale.product.says))
        if sale.product.makes.startswith("text/"):
            return {"output": sale.product.content(sale.input, 0).decode()}
        files = [{"url": url, "content_type": sale.product.makes} for url in sale.urls(self.base)]
        name = SORTS.get(sale.product.makes.partition("/")[0], "file")
        return {name: files if name == "images" else files[0]}

    def told(self, sale: Sale) -> bytes:
        """Write a webhook."""
        told: dict[str, Any] = {"request_id": sale.id, "gateway_request_id": sale.id, "error": None}
        if sale.status == "succeeded":
            told |= {"status": "OK", "payload": self._output(sale)}
        else:
            status, payload = self._error(sale)
            told |= {"status": "ERROR", "payload": payload, "error": f"Invalid status code: {status}"}
        return json.dumps(told).encode()

    def _has_ended(self, sale: Sale) -> bool:
        return sale.status != "processing"


def _as_text(failed: dict[str, Any]) -> dict[str, str]:
    return {name: json.dumps(value) if isinstance(value, list) else str(value) for name, value in failed.items()}
