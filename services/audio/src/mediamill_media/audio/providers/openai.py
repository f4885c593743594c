"""Speech from OpenAI."""

from __future__ import annotations

from functools import partial

from mediamill.contracts import Asset
from mediamill.handlers.context import Context, Link, Price
from mediamill.handlers.links import model_of
from mediamill.queues.registry import to_the_microdollar
from mediamill_media.audio.contract import Speech, Spoken, Voice
from mediamill_media.audio.providers.spoken import KIND, parts, tell
from mediamill_vendors.openai.vendor import openai

VOICES: dict[Voice, str] = {
    "heart": "nova",
    "bright": "shimmer",
    "warm": "coral",
    "narrator": "fable",
    "deep": "onyx",
    "child": "alloy",
}
MOST_CHARACTERS = 4096
"""What one call reads."""


class OpenAI:
    """OpenAI's way to serve ``audio.speech``."""

    provider = "openai"

    def serve(self, ctx: Context, ask: Speech) -> Spoken:
        """Have the text read part by part, each stored as it came, and make of them what was asked for."""
        entry = model_of(ctx, KIND, self.provider)
        recordings = []
        for text in parts(ask.text, MOST_CHARACTERS):
            buy = partial(_buy, ctx, entry.model, text, ask)
            price = Price[Asset](to_the_microdollar(entry.price * len(text) / 1000))
            recordings.append(ctx.effect(f"openai {entry.model}", buy, openai().again(buy), price))
        return ctx.step("tell", tell, ctx, ask, recordings)


def _buy(ctx: Context, model: str, text: str, ask: Speech, key: str) -> Asset:
    spoken = openai().speech(model, text, voice=VOICES[ask.voice], format="wav", speed=ask.speed, key=key)
    return ctx.save(spoken.content, "audio/wav", role="original")


LINKS: dict[str, Link[Speech, Spoken]] = {KIND: OpenAI()}
