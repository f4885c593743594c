"""The flows of storymaker: each only runs child jobs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mediamill.handlers.context import Call, Context
from mediamill.handlers.handler import handler
from mediamill_products.filming.reads import Made, Pictures, Script, read
from mediamill_products.storymaker.contract import (
    CastDrawn,
    CastMade,
    CharacterMade,
    ClipMade,
    ClipsMade,
    Person,
    SceneDrawn,
    ScenesDrawn,
    SceneWritten,
    StoryCast,
    StoryCharacter,
    StoryClips,
    StoryScenes,
    StoryScript,
    StoryWritten,
)
from mediamill_products.storymaker.cutting import story
from mediamill_products.storymaker.looks import look, prompt_of, references_of, seed_of
from mediamill_products.storymaker.telling import brief_of, cast_of, clip_seconds

__all__ = ["cast", "character", "clips", "scenes", "script", "story"]


@handler(StoryScript)
def script(ctx: Context, ask: StoryScript) -> StoryWritten:
    """Have it written, and tell who it is about from those who only come along."""
    ctx.progress(0, 1, "Writing the script...")
    asked = {"brief": brief_of(ask), "scenes": ask.scenes, "seconds": ask.seconds, "seed": ask.seed}
    written = read(ctx.run("text.script", asked), Script)
    main, others = cast_of(ask.characters, [Person(name=m.name, description=m.description) for m in written.cast])
    return StoryWritten(
        title=written.title,
        mood=written.mood,
        style=ask.style,
        characters=main,
        side_characters=others,
        scenes=tuple(
            SceneWritten(scene_number=number, **scene.model_dump()) for number, scene in enumerate(written.scenes, 1)
        ),
    )


@handler(StoryCharacter)
def character(ctx: Context, ask: StoryCharacter) -> CharacterMade:
    """Draw it of its words; of a photograph make a variation beside, which others of its kind can be drawn after."""
    ctx.progress(0, 1, "Generating character...")
    calls = [_portrait(Person(name=ask.name, description=ask.description), ask, ask.personality, ["portrait", "sheet"])]
    if ask.photo is not None:
        calls.append(_variation(ask, ask.photo))
    drawn, *varied = [read(answer, Made) for answer in ctx.gather(*calls)]
    portrait = drawn.id_of("portrait")
    variations = [made.assets[0].model_copy(update={"role": "variation"}) for made in varied]
    return CharacterMade(
        name=ask.name,
        description=ask.description,
        image=variations[0].id if variations else portrait,
        references=(portrait, *(asset.id for asset in variations)),
        assets=(*drawn.assets, *variations),
    )


@handler(StoryScenes)
def scenes(ctx: Context, ask: StoryScenes) -> ScenesDrawn:
    """Draw every scene, at the same time, with the characters that are seen in it."""
    ctx.progress(0, len(ask.scenes), "Generating images...")
    answers = ctx.gather(*_scene_calls(ask))
    pictures = [read(answer, Pictures) for answer in answers]
    return ScenesDrawn(
        scenes=tuple(
            SceneDrawn(
                scene_number=scene.scene_number,
                image_prompt=scene.prompt,
                image=made.pictures[0].image,
                layers=made.pictures[0].layers,
                missing=made.pictures[0].missing,
            )
            for scene, made in zip(ask.scenes, pictures, strict=True)
        ),
        assets=tuple(asset for made in pictures for asset in made.assets),
    )


@handler(StoryCast)
def cast(ctx: Context, ask: StoryCast) -> CastMade:
    """Draw every character, at the same time."""
    ctx.progress(0, len(ask.characters), "Generating characters...")
    answers = ctx.gather(*[_portrait(person, ask, "", ["portrait"]) for person in ask.characters])
    portraits = [read(answer, Made) for answer in answers]
    return CastMade(
        characters=tuple(
            CastDrawn(name=person.name, description=person.description, image=made.id_of("portrait"))
            for person, made in zip(ask.characters, portraits, strict=True)
        ),
        assets=tuple(asset for made in portraits for asset in made.assets),
    )


@handler(StoryClips)
def clips(ctx: Context, ask: StoryClips) -> ClipsMade:
    """Move every picture for as long as its words will take."""
    ctx.progress(0, len(ask.scenes), "Generating videos...")
    answers = ctx.gather(*_clip_calls(ask))
    made = [read(answer, Made).assets[0] for answer in answers]
    return ClipsMade(
        scenes=tuple(
            ClipMade(scene_number=scene.scene_number, clip=clip.id, seconds=clip.duration_s or 0.0)
            for scene, clip in zip(ask.scenes, made, strict=True)
        ),
        assets=tuple(made),
    )


def _portrait(person: Person, ask: StoryCharacter | StoryCast, personality: str, views: Sequence[str]) -> Call:
    style, more = look(ask.style)
    drawn: dict[str, Any] = {
        "name": person.name,
        "description": f"{person.description}{more}",
        "personality": personality,
        "views": list(views),
        "style": style,
        "seed": ask.seed,
    }
    return Call("image.character", drawn)


def _variation(ask: StoryCharacter, photo: str) -> Call:
    style, more = look(ask.style)
    asked = {"images": [photo], "prompt": more.removeprefix(", "), "style": style, "size": (768, 768), "seed": ask.seed}
    return Call("image.edit", asked)


def _scene_calls(ask: StoryScenes) -> Iterator[Call]:
    style, more = look(ask.style)
    for number, scene in enumerate(ask.scenes):
        seen = references_of(scene, ask.characters)
        drawn = {
            "prompt": f"{prompt_of(scene, seen)}{more}",
            "size": ask.size,
            "style": style,
            "references": [asset for known in seen for asset in known.references],
            "seed": seed_of(ask.seed, number),
        }
        yield Call("image.generate", drawn)


def _clip_calls(ask: StoryClips) -> Iterator[Call]:
    for number, scene in enumerate(ask.scenes):
        moved = {
            "image": scene.image,
            "layers": scene.layers,
            "seconds": clip_seconds(scene, opens=number == 0),
            "size": ask.size,
            "fps": ask.fps,
            "motion": scene.motion,
            "seed": number,  # neighbours move in opposite directions where the motion is auto
        }
        yield Call("video.generate", moved)
