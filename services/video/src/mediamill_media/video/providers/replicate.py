"""Clips from Replicate: Seedance 1 lite, or the clips of another Mediamill."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mediamill.handlers.context import Link
from mediamill.providers.protocol import Provider
from mediamill.queues.manifest import ModelManifest
from mediamill_media.video.contract import Generate, Generated
from mediamill_media.video.providers.filmed import KIND, Filming
from mediamill_media.video.providers.seedance import Seedance
from mediamill_media.video.providers.wanted import Wanted
from mediamill_vendors.catalogued import data_uri, is_ours
from mediamill_vendors.replicate.provider import ReplicateModel


class Hosted(Seedance, ReplicateModel[Wanted, str]):
    """A model with the inputs of Seedance 1 lite."""

    def input_of(self, ask: Wanted) -> Mapping[str, Any]:
        """Give the model's input."""
        if is_ours(self.model):
            own = ask.ask.model_dump(mode="json", exclude_none=True, exclude={"layers", "image"})
            return own | {"image": data_uri(ask.picture)}
        return {**self.inputs_of(ask), "image": data_uri(ask.picture), "duration": int(ask.seconds)}


class Replicate(Filming):
    """Replicate's way to serve ``video.generate``."""

    provider = "replicate"

    def model(self, entry: ModelManifest) -> Provider[Wanted, str]:
        """Give the adapter of a model."""
        return Hosted(entry)


LINKS: dict[str, Link[Generate, Generated]] = {KIND: Replicate()}
