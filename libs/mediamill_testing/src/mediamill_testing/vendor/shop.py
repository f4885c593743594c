"""What all vendor servers have in common: faults, sales, downloads, and a back door for tests of other processes."""

from __future__ import annotations

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from starlette.types import Receive, Scope, Send

from mediamill.clock import now
from mediamill_testing.vendor.asgi import answer, body_of, cut, header
from mediamill_testing.vendor.bill import Bill, Mark, Sale
from mediamill_testing.vendor.catalogue import Product
from mediamill_testing.vendor.faults import Faults
from mediamill_testing.vendor.messenger import Messenger

Moment = Callable[[str, Sale], None]
BACK_DOORS = frozenset({"marks", "faults", "bill", "catalogue", "outputs", "ends"})
BY_PROXY = b"<html><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center></html>"
FOR_PEOPLE = b"<h1>Please log in</h1>"


class Refusal(NamedTuple):
    """Why a request is not served."""

    status: int
    fault: str


class Shop(ABC):
    """Answers requests. ``moment`` is told of each sale when it is asked for, sold and answered, in a thread."""

    scheme: ClassVar[str] = "Bearer"
    public: ClassVar[frozenset[str]] = frozenset()
    """Kinds of paths that need no key."""
    looks: ClassVar[frozenset[str]] = frozenset()
    """Kinds of paths that tell of predictions."""
    refused_status: ClassVar[int] = 422

    def __init__(self, base: str, bill: Bill, faults: Faults, moment: Moment | None = None) -> None:
        self.base = base
        self.bill = bill
        self.faults = faults
        self._moment = moment
        self._messenger: Messenger | None = None
        self.catalogue: dict[str, Product] = {}
        self.asked: dict[str, int] = {}
        """How often each method and kind of path was asked for."""
        self.traced: dict[str, str] = {}
        """The trace that the last of each came in."""
        self.marks: list[Mark] = []
        self.token = ""
        """The one that is taken; empty: any."""

    @abstractmethod
    async def route(self, scope: Scope, body: bytes, send: Send) -> None:
        """Answer a request that no fault keeps from being served."""

    @abstractmethod
    def name_of(self, scope: Scope) -> str:
        """Name the kind of a path, for counting."""

    @abstractmethod
    def problem(self, refusal: Refusal) -> Any:
        """Write a refusal as this vendor does."""

    @abstractmethod
    def messenger(self) -> Messenger:
        """Make what sends this vendor's webhooks."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return
        body = await body_of(receive)
        first, *rest = scope["path"].strip("/").split("/")
        if first in BACK_DOORS:
            await self._backdoor(first, rest, scope["method"], body, send)
            return
        name = f"{scope['method']} {self.name_of(scope)}"
        self.asked[name] = self.asked.get(name, 0) + 1
        if traceparent := header(scope, "traceparent"):
            self.traced[name] = traceparent
        refusal = self._refused(scope)
        if refusal is not None:
            await self._refuse(send, refusal)
        elif self.faults.garbled:
            await answer(send, HTTPStatus.OK, FOR_PEOPLE)
        else:
            await self.route(scope, body, send)

    async def sell(self, sale: Sale, send: Send, write: Callable[[Sale], Any], status: int, **headers: str) -> None:
        """Put a sale on the bill and answer it, or not, as the faults want it."""
        if self.faults.failing:
            sale.input = {**sale.input, "fail": self.faults.failing}
        await self._reach("asked", sale)
        sale.created_at = now()
        self.bill.sell(sale)
        await self._reach("sold", sale)
        if sale.webhook:
            await self._announce(sale)
        await self.slow()
        if self.faults.cut_sales > 0:
            self.faults.cut_sales -= 1
            await cut(send, status)
            return
        made = write(sale)
        if isinstance(made, tuple):
            content, media_type = made
            await answer(send, status, content, media_type, **headers)
        else:
            await answer(send, status, made, **headers)
        await self._reach("answered", sale)

    async def slow(self) -> None:
        """Take the time that the faults want."""
        if self.faults.slow_s:
            await asyncio.sleep(self.faults.slow_s)

    async def not_found(self, send: Send) -> None:
        """Answer that there is nothing."""
        await answer(send, HTTPStatus.NOT_FOUND, self.problem(Refusal(404, "not found")))

    async def _refuse(self, send: Send, refusal: Refusal) -> None:
        if refusal.fault == "proxied":
            await answer(send, refusal.status, BY_PROXY, "text/html")
            return
        late = {"retry_after": f"{self.faults.retry_after_s:g}"} if refusal.fault == "throttled" else {}
        await answer(send, refusal.status, self.problem(refusal), **late)

    async def _announce(self, sale: Sale) -> None:
        self._messenger = self._messenger or self.messenger()
        if self.faults.early_hooks:
            await asyncio.sleep(sale.seconds)
            await self._messenger.tell(sale)
        else:
            self._messenger.await_end(sale, in_s=max(0.0, (sale.ends_at - now()).total_seconds()) + 0.001)

    async def _end_all(self) -> None:
        """End now what is being made, and tell of it."""
        for sale in self.bill.sales():
            if sale.status == "processing":
                sale.seconds = (now() - sale.created_at).total_seconds()
                if sale.webhook:
                    await self._announce(sale)

    async def _reach(self, name: str, sale: Sale) -> None:
        if self._moment is not None:
            await asyncio.to_thread(self._moment, name, sale)

    def _refused(self, scope: Scope) -> Refusal | None:
        is_known = header(scope, "authorization").startswith(f"{self.scheme} {self.token}")
        if not is_known and self.name_of(scope) not in self.public:
            return Refusal(HTTPStatus.UNAUTHORIZED, "unauthenticated")
        if self.faults.deaf_reads and scope["method"] == "GET" and self.name_of(scope) in self.looks:
            return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "away")
        statuses: Mapping[str, int] = {
            "throttled": HTTPStatus.TOO_MANY_REQUESTS,
            "penniless": HTTPStatus.PAYMENT_REQUIRED,
            "refused": self.refused_status,
            "moderated": self.refused_status,
            "broken": HTTPStatus.INTERNAL_SERVER_ERROR,
            "away": HTTPStatus.SERVICE_UNAVAILABLE,
            "proxied": HTTPStatus.BAD_GATEWAY,
        }
        for fault, status in statuses.items():
            if (left := getattr(self.faults, fault)) > 0:
                setattr(self.faults, fault, left - 1)
                return Refusal(status, fault)
        return None

    async def _backdoor(self, first: str, rest: list[str], method: str, body: bytes, send: Send) -> None:
        """Do for a test in another process what one in this process does by hand, and give what was made."""
        match method, first, rest:
            case "POST", "marks", []:
                told = json.loads(body)
                self.marks.append(Mark(UUID(told["job_id"]), int(told["ordinal"]), now()))
                await answer(send, 201, {})
            case "PUT", "faults", []:
                for name, value in json.loads(body).items():
                    setattr(self.faults, name, value)
                await answer(send, 200, {})
            case "PUT", "catalogue", []:
                self.catalogue |= {model: Product.read(told) for model, told in json.loads(body).items()}
                await answer(send, 200, {})
            case "PUT", "ends", []:
                await self._end_all()
                await answer(send, 200, {})
            case "GET", "bill", []:
                await answer(send, 200, self.bill.told() | {"asked": self.asked})
            case "GET", "outputs", [id, number] if sale := self.bill.sale(id):
                await self._download(sale, int(number.partition(".")[0]), send)
            case _:
                await self.not_found(send)

    async def _download(self, sale: Sale, number: int, send: Send) -> None:
        if self.faults.expired_outputs or sale.product is None or number >= sale.product.files(sale.input):
            await answer(send, HTTPStatus.NOT_FOUND, b"expired", "text/plain")
            return
        content = sale.product.content(sale.input, number)
        if self.faults.truncated_outputs > 0:
            self.faults.truncated_outputs -= 1
            half = len(content) // 2
            await cut(send, HTTPStatus.OK, content[:half], sale.product.makes, len(content) - half)
        else:
            await answer(send, HTTPStatus.OK, content, sale.product.makes)
