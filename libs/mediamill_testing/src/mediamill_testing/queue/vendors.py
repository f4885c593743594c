"""What test.wait buys: a prediction of the test vendor, which speaks as Replicate does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from mediamill.providers.hooks import new_token
from mediamill.providers.protocol import Capabilities, EffectKey, Ended
from mediamill_testing.queue.contract import Wait, Waited
from mediamill_vendors.replicate.provider import ReplicateModel
from mediamill_vendors.replicate.vendor import replicate

EVER = datetime(1970, 1, 1, tzinfo=UTC)


class Waiting(ReplicateModel[Wait, Waited]):
    """A model that does nothing for as long as it is told to."""

    model = "test/wait"
    can = Capabilities(max_seconds=3600)

    def input_of(self, ask: Wait) -> Mapping[str, Any]:
        """Pass the seconds on, and the reason to fail if there is one."""
        return ask.model_dump(mode="json", exclude_defaults=True) | {"seconds": ask.seconds}

    def expect(self, ask: Wait) -> float:
        """Tell what the vendor will take."""
        return ask.seconds

    def read(self, ask: Wait, ended: Ended) -> Waited:
        """Name the prediction."""
        return Waited(prediction=ended.output["prediction"])

    def price(self, ask: Wait) -> Decimal:
        """Tell what it was told."""
        return ask.cost


def sell(key: str, cost: Decimal) -> str:
    """Buy a prediction under a key and give its id."""
    return replicate().submit(Waiting.model, {"seconds": 0, "cost": str(cost)}, _effect(key))


def sold(key: str) -> str | None:
    """Give the prediction that was bought under a key."""
    return replicate().find(_effect(key))


def _effect(key: str) -> EffectKey:
    job_id, _, ordinal = key.partition(":")
    return EffectKey(UUID(job_id), int(ordinal), 1, new_token(), EVER)
