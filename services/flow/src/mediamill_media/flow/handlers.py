"""The flows: each only runs child jobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mediamill.errors import Permanent
from mediamill.handlers.context import Call, Context
from mediamill.handlers.handler import handler
from mediamill_media.flow.contract import Film, Filmed, SceneMade
from mediamill_products.adcraft import flow as _adcraft  # noqa: F401  # its handlers are registered
from mediamill_products.explainer import flow as _explainer  # noqa: F401  # the same
from mediamill_products.filming.cut import Parts, timeline
from mediamill_products.filming.reads import Film as Rendered
from mediamill_products.filming.reads import Made, Picture, Pictures, Scene, Script, Speech, read
from mediamill_products.filming.storyboard import Shot, storyboard
from mediamill_products.storymaker import flow as _storymaker  # noqa: F401  # its handlers are registered
from mediamill_products.teamfit import flow as _teamfit  # noqa: F401  # as above

STAGES = 5


@handler(Film)
def film(ctx: Context, ask: Film) -> Filmed:
    """Script it, cast and read it, draw it and score it, move it, and cut it together."""
    ctx.progress(0, STAGES, "writing the script")
    script = _changed(read(ctx.run("text.script", _script(ask)), Script), ask)

    drawn = script.scenes[len(ask.photos) :]
    roles = script.cast if drawn else ()
    ctx.progress(1, STAGES, f"casting {len(roles)} characters and reading {len(script.scenes)} scenes")
    answers = ctx.gather(*[_character(m, ask) for m in roles], *[_speech(s, ask) for s in script.scenes])
    cast = dict(zip([m.name for m in roles], [read(a, Made) for a in answers], strict=False))
    speeches = [read(answer, Speech) for answer in answers[len(roles) :]]
    shots = storyboard([speech.duration_s for speech in speeches], ask.fps)

    ctx.progress(2, STAGES, f"drawing {len(drawn)} pictures")
    score = _music(ask, script, shots)
    answers = ctx.gather(*[_picture(s, cast, ask, i) for i, s in enumerate(drawn, len(ask.photos))], *score)
    pictures = [Picture(image=photo) for photo in ask.photos]
    pictures += [read(answer, Pictures).pictures[0] for answer in answers[: len(drawn)]]
    music = read(answers[-1], Made).id_of("music") if score else None

    ctx.progress(3, STAGES, f"moving {len(shots)} pictures")
    moves = [_clip(picture, shot, ask, i) for i, (picture, shot) in enumerate(zip(pictures, shots, strict=True))]
    clips = [read(answer, Made).id_of("clip") for answer in ctx.gather(*moves)]

    ctx.progress(4, STAGES, "cutting the film")
    title = ask.title or script.title
    parts = Parts(title, shots, clips, speeches, music)
    declared = timeline(parts, ask.size, ask.fps, captions=ask.captions)
    rendered = read(ctx.run("merge.timeline", {"timeline": declared}), Rendered)
    return Filmed(
        title=title,
        duration_s=rendered.duration_s,
        lufs=rendered.lufs,
        assets=rendered.assets,
        scenes=_scenes(script, shots, pictures, clips, speeches),
    )


def _script(ask: Film) -> dict[str, Any]:
    return {
        "brief": ask.brief,
        "scenes": ask.scenes,
        "style": ask.style,
        "seconds": ask.seconds,
        "seed": ask.seed,
    }


def _changed(script: Script, ask: Film) -> Script:
    """Give the script with the scenes that were changed since. Raises ``Permanent`` for one that it does not have."""
    scenes = list(script.scenes)
    for change in ask.changes:
        if change.scene > len(scenes):
            raise Permanent(f"changes: there is no scene {change.scene}; the script has {len(scenes)}.")
        told = change.model_dump(include={"narration", "image_prompt"}, exclude_none=True)
        scenes[change.scene - 1] = scenes[change.scene - 1].model_copy(update=told)
    return script.model_copy(update={"scenes": tuple(scenes)})


def _seed(ask: Film, index: int) -> int | None:
    """Give the seed of a scene's picture."""
    own = next((change.seed for change in ask.changes if change.scene == index + 1), None)
    if own is not None:
        return own
    return None if ask.seed is None else ask.seed + index


def _character(member: Any, ask: Film) -> Call:
    return Call(
        "image.character",
        {"name": member.name, "description": member.description, "style": ask.style, "views": ["portrait"]},
    )


def _speech(scene: Scene, ask: Film) -> Call:
    return Call("audio.speech", {"text": scene.narration, "voice": ask.voice, "speed": ask.speed})


def _picture(scene: Scene, cast: dict[str, Made], ask: Film, index: int) -> Call:
    references = [cast[name].id_of("portrait", "sheet") for name in scene.characters if name in cast]
    return Call(
        "image.generate",
        {
            "prompt": scene.image_prompt,
            "size": ask.size,
            "style": ask.style,
            "references": references,
            "seed": _seed(ask, index),
        },
    )


def _music(ask: Film, script: Script, shots: Sequence[Shot]) -> list[Call]:
    if ask.music == "off":
        return []
    mood = script.mood if ask.music == "auto" else ask.music
    return [Call("audio.music", {"mood": mood, "seconds": round(shots[-1].end_s, 3)})]


def _clip(picture: Picture, shot: Shot, ask: Film, index: int) -> Call:
    return Call(
        "video.generate",
        {
            "image": picture.image,
            "layers": picture.layers,
            "seconds": shot.length_s,
            "size": ask.size,
            "fps": ask.fps,
            "motion": "zoom_in" if index % 2 == 0 else "zoom_out",
        },
    )


def _scenes(
    script: Script,
    shots: Sequence[Shot],
    pictures: Sequence[Picture],
    clips: Sequence[str],
    speeches: Sequence[Speech],
) -> tuple[SceneMade, ...]:
    return tuple(
        SceneMade(
            narration=scene.narration,
            image_prompt=scene.image_prompt,
            start_s=shot.start_s,
            seconds=shot.length_s,
            image=picture.image,
            clip=clip,
            speech=speech.id_of("speech"),
        )
        for scene, shot, picture, clip, speech in zip(script.scenes, shots, pictures, clips, speeches, strict=True)
    )
