"""What ``lipsync.talk`` takes and gives."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from mediamill.contracts import Answer, Ask, AssetId, Contract, MediaAnswer, Size

Shown = Literal["drawn", "photo", "clip"]
"""What kind of face it is: drawn by ``image``, a photo, or a filmed one."""
Cues = Literal["phonemes", "sound"]
"""By what the mouth moves: the phonemes and their times, or what the sound itself tells."""
Seed = Annotated[int, Field(ge=0, le=2**63 - 1)]
Seconds = Annotated[float, Field(ge=0, le=3600)]

LETTERS_A_SECOND = 14.0
UNTOLD_S = 10.0
"""For estimates: how long a speech of which only the asset is known is taken to be."""

_AN_ASSET = "0197f0a4-5f6e-7c3a-9d51-2b8f6a1c0e77"
_ANOTHER = "0197f0a4-5f6e-7c3a-9d51-2b8f6a1c0e78"


def _codable(size: tuple[int, int]) -> tuple[int, int]:
    if size[0] % 2 or size[1] % 2 or min(size) < 64 or max(size) > 2048:
        raise ValueError(f"both sides must be even and 64 to 2048, this is {size[0]}x{size[1]}")
    return size


ClipSize = Annotated[Size, AfterValidator(_codable)]


class Phoneme(Contract):
    """A phoneme of the speech, as ``audio.speech`` tells it with ``timings: phonemes``."""

    symbol: str = Field(min_length=1, max_length=8, description="IPA, with capitals for diphthongs.")
    start_s: Seconds = Field(description="Seconds from the start of the speech.")
    end_s: Seconds = Field(description="Seconds from the start of the speech.")

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.end_s < self.start_s:
            raise ValueError(f"it ends at {self.end_s} s, before it starts at {self.start_s} s")
        return self


class Talk(Ask):
    """Let a face say a speech."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"portrait": _AN_ASSET, "text": "Hello! I am Pip, and I have a story for you.", "voice": "child"},
                {"portrait": _AN_ASSET, "speech": _ANOTHER, "size": [720, 1280], "fps": 25},
                {"clip": _AN_ASSET, "speech": _ANOTHER},
            ]
        }
    )

    portrait: AssetId | None = Field(
        default=None, description="A picture of a face: one of image.character or image.generate, or a photo."
    )
    clip: AssetId | None = Field(
        default=None, description="A film of a face, instead; it is played back and forth where the speech is longer."
    )
    speech: AssetId | None = Field(default=None, description="What is said: a recording, up to five minutes.")
    text: str | None = Field(
        default=None, min_length=1, max_length=4000, description="Or words, read by a child job of kind audio.speech."
    )
    voice: str = Field(
        default="heart", pattern=r"^[a-z]+$", max_length=40, description="Whose voice reads the text, of audio.speech."
    )
    phonemes: tuple[Phoneme, ...] = Field(
        default=(), max_length=10_000, description="The recording's phonemes; without them the sound moves the mouth."
    )
    speaker: str | None = Field(
        default=None, min_length=1, max_length=80, description="Who talks, where a drawn picture shows several."
    )
    size: ClipSize | None = Field(
        default=None, description="Width and height, even; by default those of the picture, up to 1280 a side."
    )
    fps: int = Field(default=30, ge=10, le=60, description="Frames a second.")
    liveliness: float = Field(
        default=1.0, ge=0, le=2, description="How much the head moves; 0 keeps it and its eyes still. Not for clips."
    )
    seed: Seed = Field(default=0, description="Chooses when the eyes blink and how the head moves.")

    @model_validator(mode="after")
    def _has_a_face_and_something_to_say(self) -> Self:
        if (self.portrait is None) == (self.clip is None):
            raise ValueError("exactly one of portrait and clip is needed")
        if (self.speech is None) == (self.text is None):
            raise ValueError("exactly one of speech and text is needed")
        if self.phonemes and self.text is not None:
            raise ValueError("phonemes go with a recorded speech; a text's are found by itself")
        return self

    def units(self) -> Decimal:
        """Count seconds, as well as they can be told before the speech is heard."""
        if self.phonemes:
            return Decimal(math.ceil(max(phoneme.end_s for phoneme in self.phonemes)))
        return Decimal(math.ceil(len(self.text) / LETTERS_A_SECOND if self.text else UNTOLD_S))


class Measured(Answer):
    """What was measured on the finished clip."""

    openness: float | None = Field(
        default=None, description="How far the mouth opened, as a share of the most it can; null where not looked at."
    )
    correlation: float | None = Field(
        default=None, description="How alike the mouth's opening and that of one that says the speech are, up to 1."
    )
    offset_s: float | None = Field(
        default=None, description="By how much the mouth is late to that one, which leads its sound by 0.04 s."
    )


class Talked(MediaAnswer):
    """A talking clip in the role ``clip``: H.264 and AAC in the house profile."""

    duration_s: float = Field(description="Its length: that of the speech, to a frame.")
    frames: int = Field(description="How many frames it has.")
    shown: Shown = Field(description="What kind of face talks.")
    cues: Cues | None = Field(default=None, description="By what the mouth moves; null where a vendor moves it.")
    measured: Measured = Field(default_factory=Measured, description="What the last look at it measured.")


__all__ = ["Measured", "Phoneme", "Talk", "Talked"]
