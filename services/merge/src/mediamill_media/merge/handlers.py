"""What the merge queue does with each kind."""

from __future__ import annotations

from mediamill.handlers.context import Context
from mediamill.handlers.handler import handler
from mediamill_media.merge.contract import Compose, Composed, Concat, Joined
from mediamill_media.merge.providers import local


@handler(Concat)
def concat(ctx: Context, ask: Concat) -> Joined:
    """Join the clips, one after another."""
    return ctx.step("join", local.join, ctx, ask)


@handler(Compose)
def compose(ctx: Context, ask: Compose) -> Composed:
    """Make the film that the timeline declares."""
    return ctx.step("render", local.compose, ctx, ask)
