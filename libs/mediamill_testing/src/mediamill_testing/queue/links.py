"""Who serves test.serve: this installation, a prediction of the test vendor, a direct call to it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mediamill.errors import ProviderDown
from mediamill.handlers.context import Context, Link, Price
from mediamill.providers.protocol import Capabilities, Ended
from mediamill_testing.queue.contract import Serve, Served
from mediamill_testing.queue.vendors import sell, sold
from mediamill_vendors.replicate.provider import ReplicateModel


class Local:
    """Makes it here."""

    provider = "local"

    def serve(self, ctx: Context, ask: Serve) -> Served:
        """Make it in one step."""
        return Served(provider=self.provider, made=ctx.step("make", self._make, ask.seconds))

    def _make(self, seconds: float) -> str:
        return f"{seconds:g} s of it"


class Hosted(ReplicateModel[Serve, str]):
    """Has the vendor predict it."""

    provider = "replicate"
    model = "test/serve"
    can = Capabilities(max_seconds=3600)

    def serve(self, ctx: Context, ask: Serve) -> Served:
        """Buy a prediction and keep what it gave."""
        id = ctx.ask(self, ask)
        return Served(provider=self.provider, made=ctx.step("keep", str, id))

    def input_of(self, ask: Serve) -> Mapping[str, Any]:
        """Pass the seconds on, and what it costs."""
        return {"seconds": ask.seconds, "cost": str(ask.cost)}

    def expect(self, ask: Serve) -> float:
        """Tell what the vendor will take."""
        return ask.seconds

    def read(self, ask: Serve, ended: Ended) -> str:
        """Name the prediction."""
        return str(ended.output["prediction"])

    def price(self, ask: Serve) -> Decimal:
        """Tell what it was told."""
        return ask.cost


class Direct:
    """Buys it by one call, as from a vendor that answers at once."""

    provider = "direct"

    def serve(self, ctx: Context, ask: Serve) -> Served:
        """Call."""
        price: Price[str] = Price(2 * ask.cost)
        call = functools.partial(_called, cost=price.amount)
        return Served(provider=self.provider, made=ctx.effect("buy", call, sold, price))


def _called(key: str, cost: Decimal) -> str:
    """Call. Whoever answers a call that it is not there has sold nothing."""
    try:
        return sell(key, cost)
    except ProviderDown as error:
        error.is_refusal = True
        raise


class Retired(Direct):
    """Its only model has met its sunset, so nobody may ever get here."""

    provider = "retired"


LINKS: tuple[Link[Serve, Served], ...] = (Local(), Hosted(), Direct(), Retired())
