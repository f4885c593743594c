"""What the kinds of storymaker take and give."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from mediamill.contracts import Ask, AssetId, Contract, MediaAnswer, Size

MOST_SCENES, MOST_CHARACTERS = 24, 12
SMALLEST, LARGEST = 240, 1920
_AN_ASSET = "0197f0a4-5f6e-7c3a-9d51-2b8f6a1c0e77"

Voice = Literal["heart", "bright", "warm", "narrator", "deep", "child"]
Music = Literal["auto", "off", "calm", "adventure", "mystery", "happy", "science"]
Motion = Literal["auto", "zoom_in", "zoom_out", "pan_left", "pan_right", "rise", "still"]
Seed = Annotated[int, Field(ge=0, le=2**62)]
Style = Annotated[str, Field(min_length=1, max_length=80)]
Words = Annotated[str, Field(min_length=1, max_length=1200)]
Prompt = Annotated[str, Field(min_length=1, max_length=3000)]
Name = Annotated[str, Field(min_length=1, max_length=80)]
Number = Annotated[int, Field(ge=0, le=10_000)]


def _filmable(size: tuple[int, int]) -> tuple[int, int]:
    if any(side % 2 or not SMALLEST <= side <= LARGEST for side in size):
        raise ValueError(f"each side must be an even number from {SMALLEST} to {LARGEST}, this is {size[0]}x{size[1]}")
    return size


FilmSize = Annotated[Size, AfterValidator(_filmable)]


class Person(Contract):
    """Somebody of the story, in words."""

    name: Name
    description: str = Field(min_length=1, max_length=2000, description="Who it is and how it looks.")


class StoryScript(Ask):
    """Write the script of a story."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "idea": "A shy robot learns to share its lantern on a snowy night.",
                    "characters": [{"name": "Luna", "description": "a little silver robot with a red scarf"}],
                    "scenes": 4,
                }
            ]
        }
    )

    idea: str = Field(min_length=1, max_length=16_000, description="One line, or a whole story.")
    characters: tuple[Person, ...] = Field((), max_length=4, description="Who the story is about.")
    scenes: int = Field(5, ge=1, le=MOST_SCENES, description="How many scenes.")
    style: Style = Field("storybook", description="How its pictures are to look.")
    seconds: float | None = Field(None, gt=0, le=1800, description="The length to aim at.")
    seed: Seed | None = Field(None, description="Another seed, another plot.")


class SceneWritten(Contract):
    """A scene of the script."""

    scene_number: int = Field(description="From 1.")
    narration: str = Field(description="What is said.")
    image_prompt: str = Field(description="What is seen.")
    seconds: float = Field(description="How long it stands.")
    characters: tuple[str, ...] = Field((), description="Who is seen.")


class StoryWritten(MediaAnswer):
    """A script."""

    title: str
    mood: str
    style: str
    characters: tuple[Person, ...] = Field(description="Those that were given, else the first that the story has.")
    side_characters: tuple[Person, ...] = Field(description="The others.")
    scenes: tuple[SceneWritten, ...]


class StoryCharacter(Ask):
    """Draw a character, of words or of a photograph, that looks the same wherever it is shown."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"name": "Luna", "description": "a little silver robot with a red scarf"},
                {"name": "Mia", "description": "a girl with curly red hair", "photo": _AN_ASSET},
            ]
        }
    )

    name: Name
    description: str = Field(min_length=1, max_length=2000, description="Who it is and how it looks.")
    personality: str = Field("", max_length=1000, description="How it is; it shows in the face.")
    photo: AssetId | None = Field(None, description="Whose variation it is to be.")
    style: Style = Field("storybook", description="How it is drawn.")
    seed: Seed | None = Field(None, description="Another seed, another look for what the words leave open.")


class CharacterMade(MediaAnswer):
    """A character; its pictures are in the roles ``portrait``, ``sheet`` and, of a photograph, ``variation``."""

    name: str
    description: str
    image: AssetId = Field(description="The picture to show: the variation of the photograph, else the portrait.")
    references: tuple[AssetId, ...] = Field(description="What scenes take to show it as it is.")


class Known(Contract):
    """A character that was drawn before."""

    name: Name
    description: str = Field("", max_length=2000, description="The words that it was drawn of.")
    references: tuple[AssetId, ...] = Field(min_length=1, max_length=4, description="Its pictures.")


class SceneAsked(Contract):
    """A scene to be drawn."""

    scene_number: Number
    prompt: Prompt
    characters: tuple[Name, ...] = Field((), max_length=8, description="Who is seen; else whom the prompt names.")


class StoryScenes(Ask):
    """Draw the scenes of a story, its characters as they look."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "scenes": [{"scene_number": 1, "prompt": "Luna in a snowy forest at night"}],
                    "characters": [{"name": "Luna", "references": [_AN_ASSET]}],
                }
            ]
        }
    )

    scenes: tuple[SceneAsked, ...] = Field(min_length=1, max_length=MOST_SCENES)
    characters: tuple[Known, ...] = Field((), max_length=MOST_CHARACTERS)
    style: Style = Field("storybook", description="How they are drawn.")
    size: FilmSize = Field((1280, 720), description="Of each picture.")
    seed: Seed | None = Field(None, description="Another seed, other pictures.")


class SceneDrawn(Contract):
    """A scene's picture."""

    scene_number: int
    image_prompt: str
    image: AssetId
    layers: AssetId | None = None
    missing: tuple[str, ...] = Field((), description="Words of the prompt that it does not show.")


class ScenesDrawn(MediaAnswer):
    """Pictures, in the roles ``image`` and ``layers``."""

    scenes: tuple[SceneDrawn, ...]


class StoryCast(Ask):
    """Draw several characters."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"characters": [{"name": "Pip", "description": "a brown owl with a hat"}]}]}
    )

    characters: tuple[Person, ...] = Field(min_length=1, max_length=MOST_CHARACTERS)
    style: Style = Field("storybook", description="How they are drawn.")
    seed: Seed | None = Field(None, description="Another seed, another look for what the words leave open.")


class CastDrawn(Contract):
    """One of several characters."""

    name: str
    description: str
    image: AssetId


class CastMade(MediaAnswer):
    """Characters; their pictures are in the role ``portrait``."""

    characters: tuple[CastDrawn, ...]


class ClipAsked(Contract):
    """A scene to be moved."""

    scene_number: Number
    image: AssetId
    layers: AssetId | None = Field(None, description="The picture's layers, for depth.")
    narration: str | None = Field(None, max_length=1200, description="What will be said; the clip is as long as that.")
    seconds: float | None = Field(None, ge=0.5, le=60, description="Its length, instead.")
    motion: Motion = Field("auto", description="What the camera does.")


class StoryClips(Ask):
    """Make a clip of every scene's picture."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"scenes": [{"scene_number": 1, "image": _AN_ASSET, "seconds": 4}]}]}
    )

    scenes: tuple[ClipAsked, ...] = Field(min_length=1, max_length=MOST_SCENES)
    size: FilmSize = Field((1280, 720), description="Of each clip.")
    fps: int = Field(30, ge=12, le=60, description="Frames a second.")


class ClipMade(Contract):
    """A scene's clip."""

    scene_number: int
    clip: AssetId
    seconds: float


class ClipsMade(MediaAnswer):
    """Clips, in the role ``clip``."""

    scenes: tuple[ClipMade, ...]


class SceneChosen(Contract):
    """A scene of the film."""

    scene_number: Number
    clip: AssetId
    narration: Words | None = Field(None, description="What is said; without it the scene is silent.")


class Story(Ask):
    """Cut the chosen scenes into a narrated film."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "title": "Luna's lantern",
                    "scenes": [{"scene_number": 1, "clip": _AN_ASSET, "narration": "One night it snowed."}],
                }
            ]
        }
    )

    title: str | None = Field(None, min_length=1, max_length=120, description="Shown at the beginning.")
    scenes: tuple[SceneChosen, ...] = Field(min_length=1, max_length=MOST_SCENES, description="In the film's order.")
    voice: Voice = Field("heart", description="Who reads.")
    speed: float = Field(0.95, ge=0.5, le=2.0, description="How fast.")
    music: Music = Field("auto", description="The mood of the music; auto is calm.")
    captions: Literal["burned", "off"] = Field("burned", description="Captions in the picture.")
    size: FilmSize | None = Field(None, description="The first clip's by default.")
    fps: int = Field(30, ge=12, le=60, description="Frames a second.")


class SceneCut(Contract):
    """A scene and its place in the film."""

    scene_number: int
    start_s: float
    seconds: float


class StoryTold(MediaAnswer):
    """A film, in the role ``film``, with its ``poster`` and, if it has captions, its ``captions``."""

    title: str | None
    duration_s: float
    lufs: float | None
    scenes: tuple[SceneCut, ...]
