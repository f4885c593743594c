"""What storymaker's frontend sends and reads; what it sends beside that is not looked at, as ever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from mediamill.contracts import Size
from mediamill_products.references import Reference
from mediamill_products.storymaker import contract
from mediamill_products.storymaker.contract import MOST_CHARACTERS, MOST_SCENES

SIZES = {"16:9": (1280, 720), "9:16": (720, 1280), "1:1": (1080, 1080), "4:3": (960, 720), "3:4": (720, 960)}


def _with_size(aspect: object) -> object:
    return SIZES.get(aspect, aspect) if isinstance(aspect, str) else aspect


def _spoken(text: object) -> object:
    """Take a text without a word for none: there is nothing to say."""
    return None if isinstance(text, str) and not any(character.isalnum() for character in text) else text


Picture = Annotated[Size, BeforeValidator(_with_size)]
Narration = Annotated[contract.Words | None, BeforeValidator(_spoken)]


class Body(BaseModel):
    """What is sent."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)

    also: ClassVar[Mapping[str, str]] = {}
    """Other names that fields are sent under, by older pages."""

    @model_validator(mode="before")
    @classmethod
    def _by_other_names(cls, sent: object) -> object:
        if not isinstance(sent, dict):
            return sent
        return {cls.also[name]: value for name, value in sent.items() if name in cls.also} | sent


class Person(Body):
    """Somebody in words."""

    name: contract.Name
    description: str = Field(min_length=1, max_length=2000)


class PostScript(Body):
    """A story to be written."""

    also = {
        "idea": "prompt",
        "story": "prompt",
        "user_prompt": "prompt",
        "scenes": "num_scenes",
        "scene_count": "num_scenes",
        "duration": "seconds",
    }

    prompt: str = Field(min_length=1, max_length=16_000)
    characters: tuple[Person, ...] = Field((), max_length=4)
    num_scenes: int = Field(5, ge=1, le=MOST_SCENES)
    style: contract.Style = "storybook"
    seconds: float | None = Field(None, gt=0, le=1800)
    seed: contract.Seed | None = None


class PostCharacter(Body):
    """A character to be drawn."""

    also = {"character_name": "name", "character_description": "description", "appearance": "description"}

    name: contract.Name
    description: str = Field(min_length=1, max_length=2000)
    personality: str = Field("", max_length=1000)
    style: contract.Style = "storybook"
    seed: contract.Seed | None = None


class UploadTexts(Body):
    """The texts beside an uploaded photograph."""

    also = {"character_name": "name", "character_description": "description"}

    name: contract.Name
    description: str = Field("", max_length=2000)
    personality: str = Field("", max_length=1000)
    style: contract.Style = "storybook"
    seed: contract.Seed | None = None


class KnownCharacter(Body):
    """A character that was drawn before: as its job told of it, or its name and one of its pictures."""

    also = {"character_id": "image_id", "image_url": "image_id", "image": "image_id"}

    name: contract.Name
    description: str = Field("", max_length=2000)
    references: tuple[Reference, ...] = Field((), max_length=4)
    image_id: Reference | None = None

    @model_validator(mode="after")
    def _is_seen(self) -> Self:
        if not self.references and self.image_id is None:
            raise ValueError("references, image_id or image_url is needed")
        return self


class SceneText(Body):
    """A scene to be drawn."""

    also = {"prompt": "image_prompt", "description": "image_prompt"}

    scene_number: int | None = Field(None, ge=0, le=10_000)
    image_prompt: contract.Prompt
    characters: tuple[contract.Name, ...] = Field((), max_length=8)


class PostScenes(Body):
    """Scenes to be drawn."""

    also = {"aspect_ratio": "size"}

    scenes: tuple[SceneText, ...] = Field(min_length=1, max_length=MOST_SCENES)
    characters: tuple[KnownCharacter, ...] = Field((), max_length=MOST_CHARACTERS)
    style: contract.Style = "storybook"
    size: Picture = (1280, 720)
    seed: contract.Seed | None = None


class PostSideCharacters(Body):
    """Characters to be drawn together."""

    also = {"characters": "side_characters"}

    side_characters: tuple[Person, ...] = Field(min_length=1, max_length=MOST_CHARACTERS)
    style: contract.Style = "storybook"
    seed: contract.Seed | None = None


class SceneClip(Body):
    """A drawn scene to be moved."""

    also = {"image_url": "image_id", "image": "image_id", "layers": "layers_id", "duration": "seconds"}

    scene_number: int | None = Field(None, ge=0, le=10_000)
    image_id: Reference
    layers_id: Reference | None = None
    narration: Narration = None
    seconds: float | None = Field(None, ge=0.5, le=60)
    motion: contract.Motion = "auto"


class PostVideos(Body):
    """Drawn scenes to be moved."""

    also = {"aspect_ratio": "size"}

    scenes: tuple[SceneClip, ...] = Field(min_length=1, max_length=MOST_SCENES)
    size: Picture = (1280, 720)


class SceneFilm(Body):
    """A clip of the film, and what is said."""

    also = {"video_url": "video_id", "video": "video_id", "clip": "video_id", "text": "narration"}

    scene_number: int | None = Field(None, ge=0, le=10_000)
    video_id: Reference
    narration: Narration = None


class PostFinal(Body):
    """Clips to be cut into a film."""

    also = {"selected_scenes": "chosen", "mood": "music", "aspect_ratio": "size"}

    title: str | None = Field(None, min_length=1, max_length=120)
    scenes: tuple[SceneFilm, ...] = Field(min_length=1, max_length=MOST_SCENES)
    chosen: tuple[int, ...] | None = Field(
        None,
        min_length=1,
        max_length=MOST_SCENES,
        description="Numbers of the scenes that the film has, in its order; all, as they come, by default.",
    )
    voice: contract.Voice = "heart"
    music: contract.Music = "auto"
    captions: bool = True
    size: Picture | None = None

    @model_validator(mode="after")
    def _has_what_was_chosen(self) -> Self:
        numbers = [number for number, _ in self._numbered]
        missing = [number for number in self.chosen or () if number not in numbers]
        if missing:
            raise ValueError(f"chosen: there is no scene {missing[0]}; there are {numbers}")
        return self

    @property
    def _numbered(self) -> list[tuple[int, SceneFilm]]:
        return [(number_of(scene.scene_number, place), scene) for place, scene in enumerate(self.scenes)]

    @property
    def film(self) -> list[tuple[int, SceneFilm]]:
        """The scenes of the film, in its order, with their numbers."""
        if self.chosen is None:
            return self._numbered
        scenes = dict(self._numbered)
        return [(number, scenes[number]) for number in self.chosen]


def number_of(given: int | None, place: int) -> int:
    """Give a scene's number: its own, else its place from 1."""
    return place + 1 if given is None else given


class Begun(BaseModel):
    """A job that was accepted."""

    job_id: str
    state: Literal["pending"] = "pending"
    status: str = "Waiting in line..."


class Progress(BaseModel):
    """How far a job is, in images, videos or scenes."""

    current: int
    total: int


class JobStatus(BaseModel):
    """Where a job is."""

    job_id: str
    state: Literal["pending", "PROGRESS", "completed", "failed"]
    status: str = Field(examples=["Generating video 2/5..."])
    progress: Progress
    result: dict[str, Any] | None = Field(None, description="only when it is completed")
    error: str | None = Field(None, description="only when it failed")
