"""What ``flow.film`` takes and gives."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from mediamill.contracts import Ask, AssetId, Contract, MediaAnswer, Size

Captions = Literal["burned", "soft", "off"]
Music = Literal["auto", "off", "calm", "adventure", "mystery", "happy", "science"]

SMALLEST, LARGEST = 240, 1920


def _filmable(size: tuple[int, int]) -> tuple[int, int]:
    if any(side % 2 or not SMALLEST <= side <= LARGEST for side in size):
        raise ValueError(f"each side must be an even number from {SMALLEST} to {LARGEST}, this is {size[0]}x{size[1]}")
    return size


FilmSize = Annotated[Size, AfterValidator(_filmable)]


MOST_SCENES = 24


class SceneChange(Contract):
    """What one scene is to have instead of what the script gives it."""

    scene: int = Field(ge=1, le=MOST_SCENES, description="Which scene; the first is 1.")
    narration: str | None = Field(None, min_length=1, max_length=2000, description="What is said instead.")
    image_prompt: str | None = Field(None, min_length=1, max_length=2000, description="What is drawn instead.")
    seed: int | None = Field(None, ge=0, le=2**63 - 1, description="Another picture of the same.")

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.narration is None and self.image_prompt is None and self.seed is None:
            raise ValueError("one of narration, image_prompt and seed is needed")
        return self


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
    scenes: int = Field(5, ge=1, le=MOST_SCENES, description="How many scenes, each with its own picture.")
    size: FilmSize = Field(
        (1280, 720), description="1280x720, 720x1280 for vertical, 1080x1080 for square, and others."
    )
    fps: int = Field(30, ge=12, le=60, description="Frames a second.")
    style: str = Field("storybook", min_length=1, max_length=80, description="How the pictures look.")
    voice: str = Field("heart", min_length=1, max_length=40, description="Who reads; see audio.speech.")
    speed: float = Field(0.95, ge=0.5, le=2.0, description="How fast the voice reads.")
    music: Music = Field("auto", description="The mood of the music; auto takes the script's.")
    captions: Captions = Field(
        "burned",
        description="Captions in the picture; or soft, as a track that players show and hide, which is made faster. A "
        "WebVTT file comes with both.",
    )
    seconds: float | None = Field(None, gt=0, le=1800, description="The length to aim at.")
    title: str | None = Field(None, min_length=1, max_length=120, description="Instead of the script's title.")
    seed: int | None = Field(None, ge=0, le=2**63 - 1, description="Another seed, another film of the same brief.")
    photos: tuple[AssetId, ...] = Field(
        (), max_length=24, description="Your own pictures: the first scene shows the first, and so on; more are drawn."
    )

    changes: tuple[SceneChange, ...] = Field(
        (), max_length=MOST_SCENES, description="Scenes that are to be otherwise than the script has them."
    )

    @model_validator(mode="after")
    def _shows_every_photo(self) -> Self:
        if len(self.photos) > self.scenes:
            raise ValueError(f"{len(self.photos)} photos need as many scenes, {self.scenes} are asked for")
        return self

    @model_validator(mode="after")
    def _changes_scenes_that_are_there(self) -> Self:
        numbers = [change.scene for change in self.changes]
        if beyond := [number for number in numbers if number > self.scenes]:
            raise ValueError(f"changes: there is no scene {beyond[0]}; the film has {self.scenes}")
        if len(set(numbers)) < len(numbers):
            raise ValueError("changes: a scene is changed twice")
        shown = [
            c.scene for c in self.changes if c.scene <= len(self.photos) and (c.image_prompt or c.seed is not None)
        ]
        if shown:
            raise ValueError(f"changes: scene {shown[0]} shows a photo; give another photo instead")
        return self

    @classmethod
    def revised(cls, before: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
        """Give an input with fields replaced, and with changes of scenes on top of those that it has."""
        after = super().revised(before, change)
        if isinstance(before.get("changes"), list) and isinstance(change.get("changes"), list):
            after["changes"] = _on_top(before["changes"], change["changes"])
        return after


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


def _on_top(before: list[Any], more: list[Any]) -> list[Any]:
    """Lay changes over others, by scene; what is no change at all is left to the contract to refuse."""
    known = {change["scene"]: change for change in before}
    told = [change for change in more if isinstance(change, dict) and change.get("scene") in known]
    mixed = {change["scene"]: {**known[change["scene"]], **change} for change in told}
    return [*({**known, **mixed}.values()), *(change for change in more if change not in told)]
