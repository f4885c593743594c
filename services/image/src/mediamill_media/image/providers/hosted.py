"""A link whose vendor makes each picture as a prediction of its own: bought at most once, with a seed of its own."""

from __future__ import annotations

from abc import ABC, abstractmethod

from mediamill.contracts import Asset
from mediamill.handlers.context import Context
from mediamill.handlers.links import model_of
from mediamill.providers.protocol import Provider
from mediamill.queues.manifest import ModelManifest
from mediamill_media.image.contract import Generate, Generated, Picture
from mediamill_media.image.providers import local
from mediamill_media.image.providers.keeping import keep_fetched
from mediamill_media.image.providers.wanted import SEEDS, Wanted, shape, words

KIND = "image.generate"


class Hosted(ABC):
    """A vendor's way to serve ``image.generate``."""

    provider: str

    @abstractmethod
    def model(self, entry: ModelManifest) -> Provider[Wanted, str]:
        """Give the adapter of a model; it answers with the picture's address."""

    def serve(self, ctx: Context, ask: Generate) -> Generated:
        """Have the pictures made one after the other, and take each into the store before the next is bought."""
        model = self.model(model_of(ctx, KIND, self.provider))
        wanted = _wanted(ctx, ask)
        pictures: list[Picture] = []
        assets: list[Asset] = []
        for number, seed in enumerate(local.seeds_of(ask)):
            url = ctx.ask(model, _of_seed(wanted, seed))
            assets.append(ctx.step(f"keep {number}", keep_fetched, ctx, url, ask.size, number))
            pictures.append(Picture(image=assets[-1].id, seed=seed))
        return Generated(assets=tuple(assets), pictures=tuple(pictures))


def _wanted(ctx: Context, ask: Generate) -> Wanted:
    references = tuple(ctx.open(asset_id) for asset_id in ask.references)
    return Wanted(words(ctx, ask), shape(ask.size), 0, ask.model_copy(update={"n": 1}), references)


def _of_seed(wanted: Wanted, seed: int) -> Wanted:
    return wanted._replace(seed=seed % SEEDS, ask=wanted.ask.model_copy(update={"seed": seed}))
