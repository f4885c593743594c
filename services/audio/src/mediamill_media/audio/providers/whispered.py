"""Transcripts from vendors that host Whisper: one prediction for a recording, which tells every word with its time."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from mediamill.contracts import Asset
from mediamill.handlers.context import Context
from mediamill.providers.protocol import Provider
from mediamill_media.audio.contract import Transcribe, Transcribed
from mediamill_media.audio.hearing.words import Said
from mediamill_media.audio.providers import transcribed


class Recording(NamedTuple):
    """What is sent."""

    ask: Transcribe
    sent: Asset
    file: Path


class Listened(NamedTuple):
    """What comes back."""

    words: list[Said]
    language: str | None


def heard(output: object) -> Listened:
    """Read a prediction's output. Raises ``Permanent``."""
    return Listened(*transcribed.words_of(output))


def serve(ctx: Context, ask: Transcribe, model: Provider[Recording, Listened]) -> Transcribed:
    """Have a model write a recording down, and make of it what was asked for."""
    sent = ctx.step("prepare", transcribed.prepare, ctx, ask)
    listened = ctx.ask(model, Recording(ask, sent, ctx.open(sent.id)))
    return ctx.step("tell", transcribed.told_by_words, ask, sent, listened.words, listened.language)
