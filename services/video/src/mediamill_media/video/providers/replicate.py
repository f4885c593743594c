"""Clips from Replicate: Seedance 1 lite, or the clips of another Mediamill."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mediamill.handlers.context import Link
from mediamill.providers.protocol import Ended, Provider
from mediamill.queues.manifest import ModelManifest
from mediamill_media.video.contract import Generate, Generated
from mediamill_media.video.providers.filmed import KIND, Filming
from mediamill_media.video.providers.wanted import Wanted
from mediamill_vendors.catalogued import Catalogued, data_uri, is_ours, url_of
from mediamill_vendors.replicate.provider import ReplicateModel


class Seedance(Catalogued, ReplicateModel[Wanted, str]):
    """A model with the inputs of Seedance 1 lite."""

    def input_of(self, ask: Wanted) -> Mapping[str, Any]:
        """Give the model's input."""
        if is_ours(self.model):
            own = ask.ask.model_dump(mode="json", exclude_none=True, exclude={"layers", "image"})
            return own | {"image": data_uri(ask.picture)}
        return {
            "prompt": ask.prompt,
            "image": data_uri(ask.picture),
            "duration": int(ask.seconds),
            "resolution": "720p",
            "camera_fixed": ask.ask.motion == "still",
            "seed": ask.seed,
        }

    def units(self, ask: Wanted) -> Decimal:
        """Count seconds."""
        return Decimal(str(ask.seconds))

    def expect(self, ask: Wanted) -> float:
        """Tell when it is worth a first look: the fastest film for twice as long as the clip lasts."""
        return 2 * ask.seconds

    def read(self, ask: Wanted, ended: Ended) -> str:
        """Give the address of the clip."""
        return url_of(ended.output)


class Replicate(Filming):
    """Replicate's way to serve ``video.generate``."""

    provider = "replicate"

    def model(self, entry: ModelManifest) -> Provider[Wanted, str]:
        """Give the adapter of a model."""
        return Seedance(entry)


LINKS: dict[str, Link[Generate, Generated]] = {KIND: Replicate()}
