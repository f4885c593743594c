"""Every prediction that a vendor has accepted."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from mediamill.clock import iso, now
from mediamill.ids import uuid7
from mediamill.providers.hooks import effect_of
from mediamill_testing.vendor.catalogue import JSON, Product

PAGE = 100


class Mark(NamedTuple):
    """What a step left in the world."""

    job_id: UUID
    ordinal: int
    at: datetime


@dataclass
class Sale:
    """A prediction that was accepted, and so is to be paid for."""

    model: str
    input: dict[str, Any]
    webhook: str | None
    events: list[str]
    seconds: float
    product: Product | None = None
    """What the catalogue says of the model."""
    key: str = ""
    """The key that it was bought under, where that is not told by the webhook."""
    id: str = field(default_factory=lambda: uuid7().hex[6:])
    created_at: datetime = field(default_factory=now)
    canceled_at: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        """When it ends by itself."""
        return self.created_at + timedelta(seconds=self.seconds)

    @property
    def billed(self) -> Decimal:
        """Tell what is to be paid, in USD: all for what was cancelled, nothing for what failed."""
        if self.status == "failed":
            return Decimal(0)
        if self.product is None:
            return Decimal(str(self.input.get("cost", 0)))
        return self.product.price * self.product.units(self.input)

    @property
    def status(self) -> str:
        """Tell how it stands."""
        if self.canceled_at is not None:
            return "canceled"
        if now() < self.ends_at:
            return "processing"
        return "failed" if self.input.get("fail") else "succeeded"

    def urls(self, base: str) -> list[str]:
        """Give where what it made can be had."""
        if self.product is None:
            return []
        suffix = self.product.makes.partition("/")[2]
        return [f"{base}/outputs/{self.id}/{number}.{suffix}" for number in range(self.product.files(self.input))]

    def output(self, base: str) -> Any:
        """Give what a prediction made, as Replicate does: URLs, and texts word by word."""
        if self.product is None:
            return {"prediction": self.id}
        if self.product.makes == JSON:
            return json.loads(self.product.says)
        if self.product.makes.startswith("text/"):
            return re.findall(r"\s*\S+", self.product.content(self.input, 0).decode())
        urls = self.urls(base)
        return urls if self.product.as_list or len(urls) > 1 else urls[0]

    def shown(self, base: str) -> dict[str, Any]:
        """Write it as Replicate does."""
        status = self.status
        ended = self.canceled_at if status == "canceled" else self.ends_at
        return {
            "id": self.id,
            "model": self.model,
            "version": "hidden",
            "status": status,
            "input": self.input,
            "output": self.output(base) if status == "succeeded" else None,
            "logs": "",
            "error": str(self.input["fail"]) if status == "failed" else None,
            "metrics": {"predict_time": self.seconds} if status == "succeeded" else {},
            "created_at": iso(self.created_at),
            "started_at": iso(self.created_at),
            "completed_at": None if status == "processing" else iso(ended),
            "source": "api",
            "data_removed": False,
            "webhook": self.webhook,
            "webhook_events_filter": self.events,
            "urls": {
                "get": f"{base}/v1/predictions/{self.id}",
                "cancel": f"{base}/v1/predictions/{self.id}/cancel",
            },
        }


class Bill:
    """What was sold, oldest first. The same key buys another one: this vendor knows no idempotency."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sales: list[Sale] = []
        self._by_id: dict[str, Sale] = {}

    def sell(self, sale: Sale) -> Sale:
        """Put a sale on the bill."""
        with self._lock:
            self._sales.append(sale)
            self._by_id[sale.id] = sale
        return sale

    def sale(self, id: str) -> Sale | None:
        """Give a sale."""
        return self._by_id.get(id)

    def sales(self) -> list[Sale]:
        """Give all sales."""
        with self._lock:
            return list(self._sales)

    def keys(self) -> list[str]:
        """Give the key of every sale, empty for one that does not tell it."""
        return [sale.key or effect_of(sale.webhook) or "" for sale in self.sales()]

    def told(self) -> dict[str, Any]:
        """Write the bill for a test in another process."""
        ends = {sale.id: sale.ends_at.timestamp() for sale in self.sales()}
        models = [sale.model for sale in self.sales()]
        return {"keys": self.keys(), "models": models, "ends_at": ends, "total": str(self.total())}

    def total(self) -> Decimal:
        """Give the sum of the bill, in USD."""
        return sum((sale.billed for sale in self.sales()), Decimal(0))

    def page(self, below: int | None) -> tuple[list[Sale], int | None]:
        """Give a page, newest first, of the sales with a number below one, and where the next page begins."""
        with self._lock:
            end = len(self._sales) if below is None else min(below, len(self._sales))
            begin = max(0, end - PAGE)
            return self._sales[begin:end][::-1], begin or None
