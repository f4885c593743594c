"""The handlers of the ``lipsync`` queue."""

from __future__ import annotations

from mediamill.handlers.context import Context
from mediamill.handlers.handler import handler
from mediamill.handlers.links import links_of
from mediamill_media.lipsync.contract import Talk, Talked
from mediamill_media.lipsync.providers import local
from mediamill_media.lipsync.providers.take import prepared

PROVIDERS = "mediamill_media.lipsync.providers"


@handler(Talk)
def talk(ctx: Context, ask: Talk) -> Talked:
    """See the face and hear the speech first, then have them filmed here or by a vendor, as the chain says."""
    return ctx.chain(links_of("lipsync.talk", local.LOCAL, PROVIDERS), prepared(ctx, ask))
