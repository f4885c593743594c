"""Talking faces from Replicate, or from another Mediamill."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mediamill.handlers.context import Link
from mediamill.providers.protocol import Provider
from mediamill.queues.manifest import ModelManifest
from mediamill_media.lipsync.contract import Talked
from mediamill_media.lipsync.providers.bought import Buying, Wanted
from mediamill_media.lipsync.providers.choosing import KIND
from mediamill_media.lipsync.providers.take import Take
from mediamill_media.lipsync.providers.talking import Talking
from mediamill_vendors.catalogued import is_ours
from mediamill_vendors.replicate.provider import ReplicateModel


class Hosted(Talking, ReplicateModel[Wanted, str]):
    """A model with the inputs of Fabric or lipsync-2."""

    def input_of(self, ask: Wanted) -> Mapping[str, Any]:
        """Give the model's input."""
        return self.ours(ask) if is_ours(self.model) else self.inputs_of(ask)


class Replicate(Buying):
    """Replicate's way to serve ``lipsync.talk``."""

    provider = "replicate"

    def model(self, entry: ModelManifest) -> Provider[Wanted, str]:
        """Give the adapter of a model."""
        return Hosted(entry)


LINKS: dict[str, Link[Take, Talked]] = {KIND: Replicate()}
