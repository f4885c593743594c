"""Speech, music and transcripts from Replicate: MiniMax Speech 02, MusicGen and Whisper, or another Mediamill's."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mediamill.contracts import Asset
from mediamill.handlers.context import Context, Link
from mediamill.handlers.links import model_of
from mediamill.providers.protocol import Ended
from mediamill_media.audio.contract import (
    Composed,
    Mood,
    Music,
    Speech,
    Spoken,
    Transcribe,
    Transcribed,
    Voice,
)
from mediamill_media.audio.music.score import compose
from mediamill_media.audio.providers import composed, spoken, transcribed, whispered
from mediamill_media.audio.providers.whispered import Listened, Recording, heard
from mediamill_vendors.catalogued import Catalogued, data_uri, is_ours, url_of
from mediamill_vendors.outputs import fetch
from mediamill_vendors.replicate.provider import ReplicateModel

VOICES: dict[Voice, str] = {
    "heart": "Calm_Woman",
    "bright": "Lively_Girl",
    "warm": "Wise_Woman",
    "narrator": "Patient_Man",
    "deep": "Deep_Voice_Man",
    "child": "Sweet_Girl_2",
}
SCENES: dict[Mood, str] = {
    "calm": "calm ambient music with vibraphone, harp and warm pads",
    "adventure": "an adventurous orchestral piece with flute, pizzicato strings and toms",
    "mystery": "mysterious music with celesta, harp and dark pads",
    "happy": "a happy tune with marimba, acoustic guitar and shaker",
    "science": "curious, precise music of soft synthesizers and piano",
}
LONGEST_S = 30
"""What MusicGen keeps together; a longer piece begins again."""
MOST_BYTES = 200_000_000
SEEDS = 2**31


class Speech02(Catalogued, ReplicateModel[Speech, str]):
    """A model with the inputs of MiniMax Speech 02."""

    expected_s = 4.0

    def input_of(self, ask: Speech) -> Mapping[str, Any]:
        """Give the model's input."""
        if is_ours(self.model):
            return ask.model_dump(mode="json") | {"format": "wav"}
        return {
            "text": ask.text,
            "voice_id": VOICES[ask.voice],
            "speed": ask.speed,
            "emotion": "auto",
            "language_boost": "English",
            "english_normalization": True,
            "sample_rate": 44100,
            "channel": "mono",
        }

    def units(self, ask: Speech) -> Decimal:
        """Count thousands of characters."""
        return ask.units()

    def read(self, ask: Speech, ended: Ended) -> str:
        """Give the address of the recording."""
        return url_of(ended.output)


class MusicGen(Catalogued, ReplicateModel[Music, str]):
    """A model with the inputs of MusicGen."""

    def input_of(self, ask: Music) -> Mapping[str, Any]:
        """Give the model's input: the tempo and key that our own composer would take."""
        if is_ours(self.model):
            return ask.model_dump(mode="json", exclude_none=True) | {"format": "wav"}
        score = compose(ask.mood, ask.seconds, ask.seed)
        return {
            "prompt": f"{SCENES[ask.mood]}, instrumental, {score.bpm:.0f} bpm, in {score.key}",
            "duration": min(LONGEST_S, math.ceil(ask.seconds)),
            "model_version": "stereo-large",
            "output_format": "wav",
            "normalization_strategy": "loudness",
            "seed": (ask.seed or 0) % SEEDS,
        }

    def expect(self, ask: Music) -> float:
        """Tell when it is worth a first look: it plays about as long as the piece lasts."""
        return min(LONGEST_S, ask.seconds)

    def read(self, ask: Music, ended: Ended) -> str:
        """Give the address of the recording."""
        return url_of(ended.output)


class FastWhisper(Catalogued, ReplicateModel[Recording, Listened]):
    """A model with the inputs of Incredibly Fast Whisper."""

    expected_s = 6.0

    def input_of(self, ask: Recording) -> Mapping[str, Any]:
        """Give the model's input; it takes no hint."""
        audio = data_uri(ask.file)
        if is_ours(self.model):
            return ask.ask.model_dump(mode="json", exclude_none=True) | {"audio": audio}
        return {
            "audio": audio,
            "task": "transcribe",
            "language": transcribed.name_of(ask.ask.language) or "None",
            "timestamp": "word",
        }

    def units(self, ask: Recording) -> Decimal:
        """Count minutes."""
        return transcribed.minutes(ask.sent)

    def read(self, ask: Recording, ended: Ended) -> Listened:
        """Give the words."""
        return heard(ended.output)


class Listening:
    """Replicate's way to serve ``audio.transcribe``."""

    provider = "replicate"

    def serve(self, ctx: Context, ask: Transcribe) -> Transcribed:
        """Have the recording written down, and make of it what was asked for."""
        return whispered.serve(ctx, ask, FastWhisper(model_of(ctx, transcribed.KIND, self.provider)))


class Speaking:
    """Replicate's way to serve ``audio.speech``."""

    provider = "replicate"

    def serve(self, ctx: Context, ask: Speech) -> Spoken:
        """Have the text read, store that as it came, and make of it what was asked for."""
        url = ctx.ask(Speech02(model_of(ctx, spoken.KIND, self.provider)), ask)
        return ctx.step("tell", spoken.tell, ctx, ask, [ctx.step("keep", _keep, ctx, url)])


class Playing:
    """Replicate's way to serve ``audio.music``."""

    provider = "replicate"

    def serve(self, ctx: Context, ask: Music) -> Composed:
        """Have the piece played, store that as it came, and make of it what was asked for."""
        url = ctx.ask(MusicGen(model_of(ctx, composed.KIND, self.provider)), ask)
        return ctx.step("tell", composed.tell, ctx, ask, ctx.step("keep", _keep, ctx, url))


def _keep(ctx: Context, url: str) -> Asset:
    fetched = fetch(url, ctx.workdir / "fetched", most_bytes=MOST_BYTES, media_type_prefix="audio/")
    return ctx.save(fetched.path, fetched.media_type, role="original")


LINKS: dict[str, Link[Any, Any]] = {
    spoken.KIND: Speaking(),
    composed.KIND: Playing(),
    transcribed.KIND: Listening(),
}
