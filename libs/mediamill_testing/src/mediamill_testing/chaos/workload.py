"""What the fleet is given to do: a mix of kinds from several tenants, accepted as the gateway accepts."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import insert

from mediamill.ids import uuid7
from mediamill.jobs.accept import Request, accept
from mediamill.jobs.cancel import cancel
from mediamill.tenants.model import Tenant
from mediamill_testing.chaos.site import Site
from mediamill_testing.harness import engine_registry

WEIGHTS = (1, 1, 3)
"""One tenant each."""
KINDS = {"noop": 3, "steps": 4, "sleep": 3, "fanout": 2, "wait": 4, "buy": 4, "marks": 4, "keep": 3, "roll": 4}
"""What is ordered, and how often."""
PAID = {"wait": 3, "buy": 1}
"""What costs money."""
BUDGET_USD = 1_000_000
"""More than is ever spent: a tenant with a budget has its balances kept."""
DEADLINE_S = 3600.0
PATIENCE_S = 90.0


class Order(NamedTuple):
    """A job that was accepted."""

    job_id: UUID
    tenant_id: UUID
    kind: str
    input: Mapping[str, Any]


class Workload:
    """Orders jobs and cancels some."""

    def __init__(self, site: Site, rng: random.Random) -> None:
        self._site = site
        self._rng = rng
        self._lock = threading.Lock()
        self._registry = engine_registry()
        self.orders: dict[UUID, Order] = {}
        self.canceled: set[UUID] = set()
        self.tenants = [uuid7() for _ in WEIGHTS]
        rows = [
            {"id": tenant, "name": f"chaos {number}", "weight": weight, "budget": BUDGET_USD}
            for number, (tenant, weight) in enumerate(zip(self.tenants, WEIGHTS, strict=True))
        ]
        with site.db.unit_of_work() as connection:
            connection.execute(insert(Tenant), rows)

    def order(self, kind: str, input: Mapping[str, Any]) -> Order:
        """Have a job accepted, as often as it takes; the key makes one job of all the tries."""
        found = self._registry.kind(kind)
        with self._lock:
            tenant, key = self._rng.choice(self.tenants), str(uuid7())
        request = Request(
            tenant_id=tenant,
            kind=found,
            input=found.read(input),
            deadline_s=DEADLINE_S,
            idempotency_key=key,
            body_hash=json.dumps([kind, dict(input)], sort_keys=True),
        )
        accepted = self._site.db.run(lambda c: accept(c, [request])[0], PATIENCE_S)
        order = Order(accepted.job_id, tenant, kind, input)
        self.adopt(order)
        return order

    def adopt(self, order: Order) -> None:
        """Remember an order, whoever made it."""
        with self._lock:
            self.orders[order.job_id] = order

    def some(self, number: int, kinds: Mapping[str, int] = KINDS) -> None:
        """Order a mix, and cancel one in twelve a moment later.

        Not what is bought by a bare effect: nobody asks a vendor what became of that once its job has ended.
        """
        made = [self.order(*self._draw(kinds)) for _ in range(number)]
        for order in made:
            if self._rng.random() < 1 / 12 and order.kind != "test.buy":
                self.cancel(order)

    def cancel(self, order: Order) -> None:
        """Cancel a job."""
        with self._lock:
            self.canceled.add(order.job_id)
        self._site.db.run(lambda c: cancel(c, order.tenant_id, order.job_id), PATIENCE_S)

    def _draw(self, kinds: Mapping[str, int]) -> tuple[str, dict[str, Any]]:
        rng = self._rng
        kind = rng.choices(tuple(kinds), weights=tuple(kinds.values()), k=1)[0]
        cost = f"0.{rng.randint(1, 999_999):06}"
        inputs: dict[str, dict[str, Any]] = {
            "noop": {},
            "steps": {"n": rng.randint(2, 6), "seconds": rng.uniform(0.02, 0.3)},
            "sleep": {"seconds": rng.uniform(0.1, 1.5)},
            "fanout": {"n": rng.randint(1, 8)},
            "buy": {"cost": cost},
            "wait": {"seconds": rng.uniform(0.2, 2), "cost": cost},
            "keep": {"text": f"{rng.random()} ", "size": rng.randint(1_000, 200_000)},
            "roll": {"seconds": rng.uniform(0.02, 0.3)},
            "marks": {"n": rng.randint(1, 4), "seconds": round(rng.uniform(0.02, 0.3), 3)},
        }
        return f"test.{kind}", inputs[kind]
