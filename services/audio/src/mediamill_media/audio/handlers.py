"""What the audio queue does with each kind."""

from __future__ import annotations

from mediamill.handlers.context import Context
from mediamill.handlers.handler import handler
from mediamill_media.audio.contract import Composed, Mix, Mixed, Music, Speech, Spoken
from mediamill_media.audio.providers import local


@handler(Speech)
def speak(ctx: Context, ask: Speech) -> Spoken:
    """Read a text aloud and tell when each word is heard."""
    return ctx.step("speak", local.speak, ctx, ask)


@handler(Music)
def play(ctx: Context, ask: Music) -> Composed:
    """Compose and play a piece of the length and mood asked for."""
    return ctx.step("play", local.play, ctx, ask)


@handler(Mix)
def mix(ctx: Context, ask: Mix) -> Mixed:
    """Lay the tracks over each other and bring the whole to a loudness."""
    return ctx.step("mix", local.mix, ctx, ask)
