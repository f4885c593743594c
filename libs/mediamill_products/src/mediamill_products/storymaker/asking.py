"""From what the frontend sends to the job that does it."""

from __future__ import annotations

from collections.abc import Mapping

from mediamill.contracts import Asset
from mediamill_products.caller import Post
from mediamill_products.storymaker.schemas import (
    KnownCharacter,
    PostCharacter,
    PostFinal,
    PostScenes,
    PostScript,
    PostSideCharacters,
    PostVideos,
    UploadTexts,
    number_of,
)

NOBODY_KNOWS = "a friendly person"
"""What is drawn of a photograph of which nothing is said."""


def script(body: PostScript) -> Post:
    """Ask for a script."""
    told = body.model_dump(exclude={"prompt", "num_scenes"})
    return Post(kind="flow.story_script", input={"idea": body.prompt, "scenes": body.num_scenes, **told})


def character(body: PostCharacter) -> Post:
    """Ask for a character."""
    return Post(kind="flow.story_character", input=body.model_dump())


def character_of(texts: UploadTexts, photo: Asset) -> Post:
    """Ask for a character after a photograph."""
    told = texts.model_dump() | {"description": texts.description.strip() or NOBODY_KNOWS}
    return Post(kind="flow.story_character", input={**told, "photo": photo.id})


def scenes(body: PostScenes, portraits: Mapping[str, str]) -> Post:
    """Ask for pictures; ``portraits`` are the drawn characters beside variations that stand for one alone."""
    asked = [
        {"scene_number": number_of(one.scene_number, at), "prompt": one.image_prompt, "characters": one.characters}
        for at, one in enumerate(body.scenes)
    ]
    known = [
        {"name": one.name, "description": one.description, "references": _seen_as(one, portraits)}
        for one in body.characters
    ]
    told = body.model_dump(include={"style", "size", "seed"})
    return Post(kind="flow.story_scenes", input={"scenes": asked, "characters": known, **told})


def side_characters(body: PostSideCharacters) -> Post:
    """Ask for several characters."""
    told = body.model_dump(exclude={"side_characters"})
    people = [person.model_dump() for person in body.side_characters]
    return Post(kind="flow.story_cast", input={"characters": people, **told})


def videos(body: PostVideos, layers: Mapping[str, str]) -> Post:
    """Ask for clips; ``layers`` are those of pictures that were sent without."""
    asked = [
        one.model_dump(include={"narration", "seconds", "motion"})
        | {"scene_number": number_of(one.scene_number, at), "image": one.image_id}
        | {"layers": one.layers_id or layers.get(one.image_id)}
        for at, one in enumerate(body.scenes)
    ]
    return Post(kind="flow.story_clips", input={"scenes": asked, "size": body.size})


def final(body: PostFinal) -> Post:
    """Ask for the film. The same scenes and wishes are the same film, which is not made twice."""
    chosen = [
        {"scene_number": number, "clip": scene.video_id, "narration": scene.narration} for number, scene in body.film
    ]
    told = body.model_dump(include={"title", "voice", "music", "size"})
    captions = "burned" if body.captions else "off"
    return Post(kind="flow.story", input={"scenes": chosen, "captions": captions, **told}, cache="reuse")


def _seen_as(known: KnownCharacter, portraits: Mapping[str, str]) -> list[str]:
    if known.references or known.image_id is None:
        return list(known.references)
    portrait = portraits.get(known.image_id)
    return [known.image_id] if portrait is None else [portrait, known.image_id]
