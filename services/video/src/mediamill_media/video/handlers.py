"""The handler of the ``video`` queue."""

from __future__ import annotations

from mediamill.contracts import MediaAnswer
from mediamill.handlers.context import Context
from mediamill.handlers.handler import handler
from mediamill_media.video.contract import Generate, Generated
from mediamill_media.video.providers import local

_SHOWN = frozenset({"image", "layers"})


@handler(Generate)
def generate(ctx: Context, ask: Generate) -> Generated:
    """Have the prompt drawn if there is no picture yet, then film it; a clip that was filmed is not filmed again."""
    return ctx.step("film", local.film, ctx, _with_picture(ctx, ask))


def _with_picture(ctx: Context, ask: Generate) -> Generate:
    if ask.layers is not None or ask.image is not None:
        return ask
    drawn = ctx.run("image.generate", local.picture_wanted(ask))
    assets = MediaAnswer.read(drawn.model_dump(mode="json"))
    return ask.model_copy(update={asset.role: asset.id for asset in reversed(assets.assets) if asset.role in _SHOWN})
