"""What test.wait buys: a prediction of the test vendor, which speaks as Replicate does."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mediamill.providers.protocol import Capabilities, Ended
from mediamill_testing.queue.contract import Wait, Waited
from mediamill_vendors.replicate.provider import ReplicateModel


class Waiting(ReplicateModel[Wait, Waited]):
    """A model that does nothing for as long as it is told to."""

    model = "test/wait"
    can = Capabilities(max_seconds=3600)

    def input_of(self, ask: Wait) -> Mapping[str, Any]:
        """Pass the seconds on, and the reason to fail if there is one."""
        return ask.model_dump(exclude_defaults=True) | {"seconds": ask.seconds}

    def expect(self, ask: Wait) -> float:
        """Tell what the vendor will take."""
        return ask.seconds

    def read(self, ask: Wait, ended: Ended) -> Waited:
        """Name the prediction."""
        return Waited(prediction=ended.output["prediction"])

    def price(self, ask: Wait) -> Decimal:
        """Nothing."""
        return Decimal(0)
