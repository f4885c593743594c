"""Pictures from OpenAI, new ones and changed ones: all of an ask in one call, which knows no seeds."""

from __future__ import annotations

from functools import partial
from typing import Any

from mediamill.assets.sniff import HEAD, sniff
from mediamill.contracts import Asset
from mediamill.handlers.context import Context, Link, Price
from mediamill.handlers.links import model_of
from mediamill_media.image.contract import Edit, Edited, Generate, Generated, Picture
from mediamill_media.image.providers import edited, local
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


class OpenAIEdit:
    """OpenAI's way to serve ``image.edit``."""

    provider = "openai"

    def serve(self, ctx: Context, ask: Edit) -> Edited:
        """Have all pictures made of all that is given, store them as they came, and make each what was asked for."""
        entry = model_of(ctx, edited.KIND, self.provider)
        sent = ctx.step("prepare", edited.prepare, ctx, ask)
        buy = partial(_buy_edit, ctx, entry.model, sent, ask)
        originals = ctx.effect(f"openai {entry.model}", buy, openai().again(buy), Price(entry.price * ask.n))
        assets = [
            ctx.step(f"keep {number}", _keep_edit, ctx, original, ask, sent)
            for number, original in enumerate(originals)
        ]
        return edited.told(ask, assets)


def _buy_edit(ctx: Context, model: str, sent: edited.Sent, ask: Edit, key: str) -> tuple[Asset, ...]:
    width, height = nearest(sent.size, SHAPES)
    drawn = openai().edit(
        model,
        [ctx.open(image.id) for image in sent.images],
        edited.words(ask),
        mask=None if sent.mask is None else ctx.open(sent.mask.id),
        size=f"{width}x{height}",
        n=ask.n,
        quality=QUALITY,
        key=key,
    )
    return tuple(ctx.save(file, sniff(file[:HEAD]), role="original") for file in drawn.files)


def _keep_edit(ctx: Context, original: Asset, ask: Edit, sent: edited.Sent) -> Asset:
    return edited.keep(ctx, ask, sent, ctx.open(original.id))


LINKS: dict[str, Link[Any, Any]] = {KIND: OpenAI(), edited.KIND: OpenAIEdit()}
