"""Pictures from fal: FLUX.1 schnell, and FLUX.1 Kontext for changed ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mediamill.handlers.context import Link
from mediamill.providers.protocol import Ended, Provider
from mediamill.queues.manifest import ModelManifest
from mediamill_media.image.providers import edited
from mediamill_media.image.providers.hosted import KIND, Hosted
from mediamill_media.image.providers.wanted import SEEDS, Wanted
from mediamill_vendors.catalogued import Catalogued, data_uri, url_of
from mediamill_vendors.fal.provider import FalModel


class Flux(Catalogued, FalModel[Wanted, str]):
    """An app with the arguments of FLUX.1 schnell."""

    expected_s = 2.0

    def input_of(self, ask: Wanted) -> Mapping[str, Any]:
        """Give the app's arguments; a size of one megapixel at most is billed as one."""
        width, height = ask.size
        return {
            "prompt": ask.prompt,
            "seed": ask.seed,
            "image_size": {"width": width, "height": height},
            "num_images": 1,
            "output_format": "png",
        }

    def read(self, ask: Wanted, ended: Ended) -> str:
        """Give the address of the picture."""
        return url_of(ended.output)


class Fal(Hosted):
    """fal's way to serve ``image.generate``."""

    provider = "fal"

    def model(self, entry: ModelManifest) -> Provider[Wanted, str]:
        """Give the adapter of a model."""
        return Flux(entry)


class Kontext(Catalogued, FalModel[edited.Wanted, str]):
    """An app with the arguments of FLUX.1 Kontext, which looks at one picture."""

    expected_s = 8.0

    def input_of(self, ask: edited.Wanted) -> Mapping[str, Any]:
        """Give the app's arguments."""
        return {
            "prompt": ask.prompt,
            "image_url": data_uri(ask.images[0]),
            "seed": ask.seed % SEEDS,
            "num_images": 1,
            "output_format": "png",
        }

    def read(self, ask: edited.Wanted, ended: Ended) -> str:
        """Give the address of the picture."""
        return url_of(ended.output)


class FalEdit(edited.Hosted):
    """fal's way to serve ``image.edit``."""

    provider = "fal"

    def model(self, entry: ModelManifest) -> Provider[edited.Wanted, str]:
        """Give the adapter of a model."""
        return Kontext(entry)


LINKS: dict[str, Link[Any, Any]] = {KIND: Fal(), edited.KIND: FalEdit()}
