"""Pictures from Replicate: FLUX.1 schnell, FLUX.1 Kontext for changed ones, or those of another Mediamill."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mediamill.handlers.context import Link
from mediamill.providers.protocol import Ended, Provider
from mediamill.queues.manifest import ModelManifest
from mediamill_media.image.providers import edited
from mediamill_media.image.providers.hosted import KIND, Hosted
from mediamill_media.image.providers.wanted import SEEDS, Wanted, nearest
from mediamill_vendors.catalogued import Catalogued, data_uri, is_ours, url_of
from mediamill_vendors.replicate.provider import ReplicateModel

SHAPES = ((1, 1), (16, 9), (21, 9), (3, 2), (2, 3), (4, 5), (5, 4), (3, 4), (4, 3), (9, 16), (9, 21))
QUARTER = 1 << 18
"""Below a quarter of a megapixel the smaller of the model's two resolutions is enough."""


class Flux(Catalogued, ReplicateModel[Wanted, str]):
    """A model with the inputs of FLUX.1 schnell."""

    expected_s = 2.0

    def input_of(self, ask: Wanted) -> Mapping[str, Any]:
        """Give the model's input; without ``go_fast``, which would not keep to the seed."""
        if is_ours(self.model):
            own = ask.ask.model_dump(mode="json", exclude_none=True)
            return own | {"references": [data_uri(path) for path in ask.references]}
        across, down = nearest(ask.size, SHAPES)
        return {
            "prompt": ask.prompt,
            "seed": ask.seed,
            "aspect_ratio": f"{across}:{down}",
            "megapixels": "0.25" if ask.size[0] * ask.size[1] <= QUARTER else "1",
            "num_outputs": 1,
            "output_format": "png",
            "go_fast": False,
        }

    def read(self, ask: Wanted, ended: Ended) -> str:
        """Give the address of the picture."""
        return url_of(ended.output)


class Replicate(Hosted):
    """Replicate's way to serve ``image.generate``."""

    provider = "replicate"

    def model(self, entry: ModelManifest) -> Provider[Wanted, str]:
        """Give the adapter of a model."""
        return Flux(entry)


class Kontext(Catalogued, ReplicateModel[edited.Wanted, str]):
    """A model with the inputs of FLUX.1 Kontext, which looks at one picture."""

    expected_s = 8.0

    def input_of(self, ask: edited.Wanted) -> Mapping[str, Any]:
        """Give the model's input."""
        images = [data_uri(path) for path in ask.images]
        if is_ours(self.model):
            own = ask.ask.model_dump(mode="json", exclude_none=True) | {"images": images}
            return own | ({} if ask.mask is None else {"mask": data_uri(ask.mask)})
        return {
            "prompt": ask.prompt,
            "input_image": images[0],
            "aspect_ratio": "match_input_image",
            "seed": ask.seed % SEEDS,
            "output_format": "png",
        }

    def read(self, ask: edited.Wanted, ended: Ended) -> str:
        """Give the address of the picture."""
        return url_of(ended.output)


class ReplicateEdit(edited.Hosted):
    """Replicate's way to serve ``image.edit``."""

    provider = "replicate"

    def model(self, entry: ModelManifest) -> Provider[edited.Wanted, str]:
        """Give the adapter of a model."""
        return Kontext(entry)


LINKS: dict[str, Link[Any, Any]] = {KIND: Replicate(), edited.KIND: ReplicateEdit()}
