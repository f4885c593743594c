"""Pictures from OpenAI: all of an ask in one call, which knows no seeds."""

from __future__ import annotations

from functools import partial

from mediamill.assets.sniff import HEAD, sniff
from mediamill.contracts import Asset
from mediamill.handlers.context import Context, Link, Price
from mediamill.handlers.links import model_of
from mediamill_media.image.contract import Generate, Generated, Picture
from mediamill_media.image.providers import local
from mediamill_media.image.providers.hosted import KIND
from mediamill_media.image.providers.keeping import keep
from mediamill_media.image.providers.wanted import nearest, words
from mediamill_vendors.openai.vendor import openai

SHAPES = ((1024, 1024), (1536, 1024), (1024, 1536))
QUALITY = "medium"


class OpenAI:
    """OpenAI's way to serve ``image.generate``."""

    provider = "openai"

    def serve(self, ctx: Context, ask: Generate) -> Generated:
        """Buy the pictures at once, store them as they came, and make each what was asked for."""
        entry = model_of(ctx, KIND, self.provider)
        prompt = words(ctx, ask)
        buy = partial(_buy, ctx, entry.model, prompt, ask)
        originals = ctx.effect(f"openai {entry.model}", buy, openai().again(buy), Price(entry.price * ask.n))
        assets = [
            ctx.step(f"keep {number}", _keep, ctx, original, ask.size) for number, original in enumerate(originals)
        ]
        pictures = [Picture(image=asset.id, seed=seed) for asset, seed in zip(assets, local.seeds_of(ask), strict=True)]
        return Generated(assets=tuple(assets), pictures=tuple(pictures))


def _buy(ctx: Context, model: str, prompt: str, ask: Generate, key: str) -> tuple[Asset, ...]:
    width, height = nearest(ask.size, SHAPES)
    drawn = openai().image(model, prompt, size=f"{width}x{height}", n=ask.n, quality=QUALITY, key=key)
    return tuple(ctx.save(file, sniff(file[:HEAD]), role="original") for file in drawn.files)


def _keep(ctx: Context, original: Asset, size: tuple[int, int]) -> Asset:
    return keep(ctx, ctx.open(original.id), size)


LINKS: dict[str, Link[Generate, Generated]] = {KIND: OpenAI()}
