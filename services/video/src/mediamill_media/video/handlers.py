"""The handlers of the ``video`` queue."""

from __future__ import annotations

from mediamill.handlers.context import Context
from mediamill.handlers.handler import handler
from mediamill.handlers.links import links_of
from mediamill_media.video.contract import Generate, Generated
from mediamill_media.video.providers import local

PROVIDERS = "mediamill_media.video.providers"


@handler(Generate)
def generate_here(ctx: Context, ask: Generate) -> Generated:
    """Film as jobs did that began before there were other providers."""
    return local.LOCAL.serve(ctx, ask)


@handler(Generate, generation=2)
def generate(ctx: Context, ask: Generate) -> Generated:
    """Have the clip filmed here or by a vendor, as the chain says."""
    return ctx.chain(links_of("video.generate", local.LOCAL, PROVIDERS), ask)
