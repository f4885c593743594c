"""What ``flow.film`` takes and gives."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from mediamill.contracts import Ask, AssetId, Contract, MediaAnswer, Size

Captions = Literal["burned", "off"]
Music = Literal["auto", "off", "calm", "adventure", "mystery", "happy", "science"]

SMALLEST, LARGEST = 240, 1920


def _filmable(size: tuple[int, int]) -> tuple[int, int]:
    if any(side % 2 or not SMALLEST <= side <= LARGEST for side in size):
        raise ValueError(f"each side must be an even number from {SMALLEST} to {LARGEST}, this is {size[0]}x{size[1]}")
    return size


FilmSize = Annotated[Size, AfterValidator(_filmable)]


class Film(Ask):
    """Make a film of a brief."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"brief": "A shy robot learns to share its lantern on a snowy night.", "scenes": 4},
                {"brief": "# Glowbike\n\n- See and be seen from 800 metres", "scenes": 3, "size": "1080x1920"},
            ]
        }
    )

    brief: str = Field(min_length=1, max_length=20_000, description="One line, a markdown page, or a whole story.")
    scenes: int = Field(5, ge=1, le=24, description="How many scenes, each with its own picture.")
    size: FilmSize = Field(
        (1280, 720), description="1280x720, 720x1280 for vertical, 1080x1080 for square, and others."
    )
    fps: int = Field(30, ge=12, le=60, description="Frames a second.")
    style: str = Field("storybook", min_length=1, max_length=80, description="How the pictures look.")
    voice: str = Field("heart", min_length=1, max_length=40, description="Who reads; see audio.speech.")
    speed: float = Field(0.95, ge=0.5, le=2.0, description="How fast the voice reads.")
    music: Music = Field("auto", description="The mood of the music; auto takes the script's.")
    captions: Captions = Field("burned", description="Captions in the picture; a WebVTT file comes with them.")
    seconds: float | None = Field(None, gt=0, le=1800, description="The length to aim at.")
    title: str | None = Field(None, min_length=1, max_length=120, description="Instead of the script's title.")
    seed: int | None = Field(None, ge=0, le=2**63 - 1, description="Another seed, another film of the same brief.")
    photos: tuple[AssetId, ...] = Field(
        (), max_length=24, description="Your own pictures: the first scene shows the first, and so on; more are drawn."
    )

    @model_validator(mode="after")
    def _shows_every_photo(self) -> Self:
        if len(self.photos) > self.scenes:
            raise ValueError(f"{len(self.photos)} photos need as many scenes, {self.scenes} are asked for")
        return self


class SceneMade(Contract):
    """A scene of the film and what it was made of."""

    narration: str = Field(description="What is said.")
    image_prompt: str = Field(description="What was drawn.")
    start_s: float = Field(description="When it begins in the film.")
    seconds: float = Field(description="How long it stands.")
    image: AssetId = Field(description="Its picture.")
    clip: AssetId = Field(description="Its clip.")
    speech: AssetId = Field(description="Its narration.")


class Filmed(MediaAnswer):
    """A film, in the role ``film``, with its ``poster`` and, if it has captions, its ``captions``."""

    title: str = Field(description="The title that the film shows.")
    duration_s: float = Field(description="Length in seconds.")
    scenes: tuple[SceneMade, ...] = Field(description="In order.")
    lufs: float | None = Field(default=None, description="Measured loudness.")
