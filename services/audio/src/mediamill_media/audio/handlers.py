"""What the audio queue does with each kind."""

from __future__ import annotations

from mediamill.handlers.context import Context
from mediamill.handlers.handler import handler
from mediamill.handlers.links import links_of
from mediamill_media.audio.contract import Composed, Mix, Mixed, Music, Speech, Spoken, Transcribe, Transcribed
from mediamill_media.audio.providers import local

PROVIDERS = "mediamill_media.audio.providers"


@handler(Speech)
def speak_here(ctx: Context, ask: Speech) -> Spoken:
    """Read aloud as jobs did that began before there were other providers."""
    return local.SPEAKING.serve(ctx, ask)


@handler(Speech, generation=2)
def speak(ctx: Context, ask: Speech) -> Spoken:
    """Have a text read aloud here or by a vendor, as the chain says, and tell when each word is heard."""
    return ctx.chain(links_of("audio.speech", local.SPEAKING, PROVIDERS), ask)


@handler(Music)
def play_here(ctx: Context, ask: Music) -> Composed:
    """Play as jobs did that began before there were other providers."""
    return local.PLAYING.serve(ctx, ask)


@handler(Music, generation=2)
def play(ctx: Context, ask: Music) -> Composed:
    """Have a piece of the length and mood asked for played here or by a vendor, as the chain says."""
    return ctx.chain(links_of("audio.music", local.PLAYING, PROVIDERS), ask)


@handler(Mix)
def mix(ctx: Context, ask: Mix) -> Mixed:
    """Lay the tracks over each other and bring the whole to a loudness."""
    return ctx.step("mix", local.mix, ctx, ask)


@handler(Transcribe)
def transcribe(ctx: Context, ask: Transcribe) -> Transcribed:
    """Have a recording written down here or by a vendor, as the chain says, with the time of every word."""
    return ctx.chain(links_of("audio.transcribe", local.LISTENING, PROVIDERS), ask)
