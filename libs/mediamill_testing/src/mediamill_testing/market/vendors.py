"""The models that the market buys from."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mediamill.providers.protocol import Ended
from mediamill_testing.market.contract import Draw
from mediamill_testing.vendor.catalogue import Product
from mediamill_vendors.fal.provider import FalModel
from mediamill_vendors.replicate.provider import ReplicateModel

EACH = Decimal("0.003")
SKETCH = Decimal("0.04")
TEXT = Decimal("0.001")
MOST_BYTES = 1_000_000


class OnReplicate(ReplicateModel[Draw, tuple[str, ...]]):
    """Draws on Replicate."""

    model = "market/painter"
    expected_s = 0.0

    def input_of(self, ask: Draw) -> Mapping[str, Any]:
        """Say it in the model's words."""
        return {"prompt": ask.prompt, "num_outputs": ask.n}

    def read(self, ask: Draw, ended: Ended) -> tuple[str, ...]:
        """Give where the pictures are."""
        return tuple(ended.output)

    def price(self, ask: Draw) -> Decimal:
        """Tell what that costs."""
        return EACH * ask.n


class OnFal(FalModel[Draw, tuple[str, ...]]):
    """Draws on fal."""

    model = "market/painter/fast"
    expected_s = 0.0

    def input_of(self, ask: Draw) -> Mapping[str, Any]:
        """Say it in the model's words."""
        return {"prompt": ask.prompt, "num_images": ask.n}

    def read(self, ask: Draw, ended: Ended) -> tuple[str, ...]:
        """Give where the pictures are."""
        return tuple(image["url"] for image in ended.output["images"])

    def price(self, ask: Draw) -> Decimal:
        """Tell what that costs."""
        return EACH * ask.n


CATALOGUES: Mapping[str, Mapping[str, Product]] = {
    "replicate": {OnReplicate.model: Product(price=EACH, count="num_outputs", as_list=True)},
    "fal": {OnFal.model: Product(price=EACH, count="num_images")},
    "openai": {
        "gpt-image-1": Product(price=SKETCH, count="n"),
        "gpt-4o-mini": Product(price=TEXT, makes="text/plain", says="A fox went by."),
        "tts-1": Product(price=TEXT, makes="audio/wav"),
    },
}
"""What the vendor servers must sell for it."""
