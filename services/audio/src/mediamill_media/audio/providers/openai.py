"""Speech from OpenAI, and transcripts."""

from __future__ import annotations

from functools import partial
from typing import Any

from mediamill.contracts import Asset
from mediamill.handlers.context import Context, Link, Price
from mediamill.handlers.links import model_of
from mediamill.queues.registry import to_the_microdollar
from mediamill_media.audio.contract import Speech, Spoken, Transcribe, Transcribed, Voice
from mediamill_media.audio.hearing.words import Said
from mediamill_media.audio.providers import transcribed
from mediamill_media.audio.providers.spoken import KIND, parts, tell
from mediamill_vendors.openai.made import Written
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

_TIMING = "whisper-"
"""Models so named tell the times of words; later ones give a text alone."""


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


class Listening:
    """OpenAI's way to serve ``audio.transcribe``."""

    provider = "openai"

    def serve(self, ctx: Context, ask: Transcribe) -> Transcribed:
        """Have the recording written down in one call, and find the words in it where the model does not time them."""
        entry = model_of(ctx, transcribed.KIND, self.provider)
        sent = ctx.step("prepare", transcribed.prepare, ctx, ask)
        buy = partial(_have_written, ctx, entry.model, sent, ask)
        price = Price[Written](to_the_microdollar(entry.price * transcribed.minutes(sent)))
        written = ctx.effect(f"openai {entry.model}", buy, openai().again(buy), price)
        return ctx.step("tell", _tell, ctx, ask, sent, written)


def _have_written(ctx: Context, model: str, sent: Asset, ask: Transcribe, key: str) -> Written:
    is_timed = model.startswith(_TIMING)
    return openai().transcript(
        model, ctx.open(sent.id), language=ask.language, hint=ask.hint, is_timed=is_timed, key=key
    )


def _tell(ctx: Context, ask: Transcribe, sent: Asset, written: Written) -> Transcribed:
    if written.words or not written.text.strip():
        said = [Said(word.text, word.start_s, word.end_s) for word in written.words]
        return transcribed.told_by_words(ask, sent, said, written.language)
    return transcribed.told_by_text(ctx, ask, sent, written.text, written.language)


LINKS: dict[str, Link[Any, Any]] = {KIND: OpenAI(), transcribed.KIND: Listening()}
