"""Clips from fal: Seedance 1 lite."""

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
from mediamill_vendors.catalogued import data_uri
from mediamill_vendors.fal.provider import FalModel


class Hosted(Seedance, FalModel[Wanted, str]):
    """An app with the arguments of Seedance 1 lite."""

    def input_of(self, ask: Wanted) -> Mapping[str, Any]:
        """Give the app's arguments."""
        return {**self.inputs_of(ask), "image_url": data_uri(ask.picture), "duration": str(int(ask.seconds))}


class Fal(Filming):
    """fal's way to serve ``video.generate``."""

    provider = "fal"

    def model(self, entry: ModelManifest) -> Provider[Wanted, str]:
        """Give the adapter of a model."""
        return Hosted(entry)


LINKS: dict[str, Link[Generate, Generated]] = {KIND: Fal()}
