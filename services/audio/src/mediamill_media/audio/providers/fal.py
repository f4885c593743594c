"""Transcripts from fal: Whisper."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mediamill.handlers.context import Context, Link
from mediamill.handlers.links import model_of
from mediamill.providers.protocol import Ended
from mediamill_media.audio.contract import Transcribe, Transcribed
from mediamill_media.audio.providers import transcribed, whispered
from mediamill_media.audio.providers.whispered import Listened, Recording, heard
from mediamill_vendors.catalogued import Catalogued, data_uri
from mediamill_vendors.fal.provider import FalModel


class Whisper(Catalogued, FalModel[Recording, Listened]):
    """An app with the arguments of fal's Whisper."""

    expected_s = 6.0

    def input_of(self, ask: Recording) -> Mapping[str, Any]:
        """Give the app's arguments; without a language it finds it out."""
        given = {"language": ask.ask.language, "prompt": ask.ask.hint or None}
        told = {name: value for name, value in given.items() if value is not None}
        return {"audio_url": data_uri(ask.file), "task": "transcribe", "chunk_level": "word", **told}

    def units(self, ask: Recording) -> Decimal:
        """Count minutes."""
        return transcribed.minutes(ask.sent)

    def read(self, ask: Recording, ended: Ended) -> Listened:
        """Give the words."""
        return heard(ended.output)


class Listening:
    """fal's way to serve ``audio.transcribe``."""

    provider = "fal"

    def serve(self, ctx: Context, ask: Transcribe) -> Transcribed:
        """Have the recording written down, and make of it what was asked for."""
        return whispered.serve(ctx, ask, Whisper(model_of(ctx, transcribed.KIND, self.provider)))


LINKS: dict[str, Link[Any, Any]] = {transcribed.KIND: Listening()}
