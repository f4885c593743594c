"""Every task: its name, the kind that does it, and its parameters where the kind has another name for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mediamill_products.references import with_ids

_PICTURE = {"image_url": "image", "image_id": "image"}
_SECONDS = {"duration": "seconds", "duration_seconds": "seconds"}
_PICTURE_SIZE = {"resolution": "size", "image_size": "size"}


@dataclass(frozen=True)
class Task:
    """What may be asked for by a name. Parameters that are not renamed are those of the kind's own contract."""

    name: str
    kind: str
    does: str
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Parameter → the kind's field. Several may mean the same; a request gives one of them."""
    one_of_many: frozenset[str] = frozenset()
    """Fields of the kind that take several, where the task may be given one alone."""

    def input(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Give the kind's input. Raises ``ValueError`` naming two parameters that mean the same."""
        given: dict[str, Any] = {}
        called: dict[str, str] = {}
        for name, value in parameters.items():
            to = self.renamed.get(name, name)
            if to in given:
                raise ValueError(f"{called[to]!r} and {name!r} mean the same; give one of them")
            called[to] = name
            given[to] = self._listed(to, with_ids(value))
        return given

    def called(self, name: str, parameters: Mapping[str, Any]) -> str:
        """Tell what a request called one of the kind's fields."""
        return next((given for given in parameters if self.renamed.get(given, given) == name), name)

    def _listed(self, name: str, value: Any) -> Any:
        return [value] if name in self.one_of_many and isinstance(value, str | dict) else value


_TASKS = (
    Task("generate_text", "text.generate", "text, or JSON that satisfies a schema", {"schema": "json_schema"}),
    Task(
        "generate_script",
        "text.script",
        "a script of scenes",
        {"prompt": "brief", "num_scenes": "scenes", **_SECONDS},
    ),
    Task(
        "generate_character",
        "image.character",
        "a character that keeps its look",
        {"character_name": "name", "character_description": "description", **_PICTURE_SIZE},
    ),
    Task(
        "generate_character_variation",
        "flow.story_character",
        "a character of a photograph",
        {"image_url": "photo", "image_id": "photo", "image": "photo"},
    ),
    Task(
        "generate_side_characters",
        "flow.story_cast",
        "several characters",
        {"side_characters": "characters"},
    ),
    Task(
        "generate_scene_image",
        "image.generate",
        "the picture of a scene",
        {
            "image_prompt": "prompt",
            "scene_description": "prompt",
            "character_ids": "references",
            "reference_images": "references",
            "num_images": "n",
            **_PICTURE_SIZE,
        },
        frozenset({"references"}),
    ),
    Task("generate_scene_images", "flow.story_scenes", "the pictures of several scenes", _PICTURE_SIZE),
    Task(
        "edit_image",
        "image.edit",
        "variations of a picture",
        {"image": "images", "image_url": "images", "image_id": "images", "mask_url": "mask", "num_images": "n"},
        frozenset({"images"}),
    ),
    Task(
        "generate_video_clip",
        "video.generate",
        "a clip of a picture or a prompt",
        {"video_prompt": "prompt", "resolution": "size", **_PICTURE, **_SECONDS},
    ),
    Task("generate_video_clips", "flow.story_clips", "the clips of several scenes", {"resolution": "size"}),
    Task("generate_speech", "audio.speech", "a text read aloud", {"voice_id": "voice", "script": "text"}),
    Task("generate_music", "audio.music", "background music", {"genre": "mood", **_SECONDS}),
    Task("mix_audio", "audio.mix", "several sounds as one"),
    Task(
        "transcribe_audio",
        "audio.transcribe",
        "what is said, word by word",
        {"audio_url": "audio", "audio_id": "audio"},
    ),
    Task(
        "merge_videos",
        "merge.concat",
        "clips, in order, as one film",
        {"videos": "clips", "video_urls": "clips", "video_ids": "clips", "resolution": "size"},
    ),
    Task("compose_video", "merge.timeline", "a declared timeline as a film"),
    Task("generate_film", "flow.film", "a film of a brief", {"prompt": "brief", "num_scenes": "scenes", **_SECONDS}),
    Task(
        "lip_sync",
        "lipsync.talk",
        "a portrait or clip that speaks",
        {
            "image": "portrait",
            "image_url": "portrait",
            "image_id": "portrait",
            "video": "clip",
            "video_url": "clip",
            "audio": "speech",
            "audio_url": "speech",
        },
    ),
    Task(
        "mint_nft",
        "blockchain.mint",
        "a token of an asset",
        {
            "asset_id": "asset",
            "asset_url": "asset",
            "token_name": "name",
            "wallet_address": "recipient",
            "owner": "recipient",
        },
    ),
    Task("verify_nft", "blockchain.verify", "who owns a token, and whether the bytes match", {"asset_id": "asset"}),
)

TASKS: Mapping[str, Task] = {task.name: task for task in _TASKS}
"""By name."""

NAME_OF: Mapping[str, str] = {task.kind: task.name for task in _TASKS}
"""The name of the task that a kind does."""
