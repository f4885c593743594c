"""Talking faces from fal."""

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
from mediamill_vendors.fal.provider import FalModel


class Hosted(Talking, FalModel[Wanted, str]):
    """An app with the arguments of Fabric or lipsync-2."""

    files = "_url"

    def input_of(self, ask: Wanted) -> Mapping[str, Any]:
        """Give the app's arguments."""
        return self.inputs_of(ask)


class Fal(Buying):
    """fal's way to serve ``lipsync.talk``."""

    provider = "fal"

    def model(self, entry: ModelManifest) -> Provider[Wanted, str]:
        """Give the adapter of a model."""
        return Hosted(entry)


LINKS: dict[str, Link[Take, Talked]] = {KIND: Fal()}
