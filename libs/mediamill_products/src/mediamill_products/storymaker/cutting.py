"""The film of a story: its chosen clips, read aloud, with music and captions."""

from __future__ import annotations

from collections.abc import Sequence

from mediamill.contracts import Asset
from mediamill.errors import Permanent
from mediamill.handlers.context import Call, Context
from mediamill.handlers.handler import handler
from mediamill_products.filming.cut import Parts, timeline
from mediamill_products.filming.reads import Film, Made, Speech, read
from mediamill_products.filming.storyboard import (
    BREATH_S,
    CROSSFADE_S,
    TAIL_S,
    TITLE_S,
    Shot,
    storyboard,
)
from mediamill_products.storymaker.contract import LARGEST, SMALLEST, SceneCut, Story, StoryTold

USUAL_SIZE = (1280, 720)
CALM = "calm"


@handler(Story)
def story(ctx: Context, ask: Story) -> StoryTold:
    """Read it aloud, place every scene by how long its words take, score it, and cut it together."""
    stages = len(ask.scenes) + 1
    if any(scene.narration for scene in ask.scenes):
        ctx.progress(0, stages, "Recording narration...")
    clips = [_clip(ctx, scene.clip) for scene in ask.scenes]
    speeches = _speeches(ctx, ask)
    shots = storyboard(_lengths(speeches, clips), ask.fps, opening_s=TITLE_S if ask.title else CROSSFADE_S + BREATH_S)

    ctx.progress(stages - 1, stages, "Creating final video...")
    parts = Parts(
        title=ask.title,
        shots=shots,
        clips=[clip.id for clip in clips],
        speeches=speeches,
        music=_music(ctx, ask, shots),
        lasting=[clip.duration_s or 0.0 for clip in clips],
    )
    declared = timeline(parts, ask.size or _size_of(clips[0]), ask.fps, captions=ask.captions)
    film = read(ctx.run("merge.timeline", {"timeline": declared}), Film)
    return StoryTold(
        title=ask.title,
        duration_s=film.duration_s,
        lufs=film.lufs,
        assets=film.assets,
        scenes=tuple(
            SceneCut(scene_number=scene.scene_number, start_s=shot.start_s, seconds=shot.length_s)
            for scene, shot in zip(ask.scenes, shots, strict=True)
        ),
    )


def _clip(ctx: Context, asset_id: str) -> Asset:
    """Look at a clip before anything is made for it. Raises ``Permanent`` for what is no video."""
    asset = ctx.describe(asset_id)
    if not asset.media_type.startswith("video/"):
        raise Permanent(f"The asset {asset_id} is {asset.media_type}; a scene of the film needs a video.")
    return asset


def _speeches(ctx: Context, ask: Story) -> list[Speech | None]:
    """Have every scene that has words read; scenes without stay silent."""
    calls = [
        Call("audio.speech", {"text": scene.narration, "voice": ask.voice, "speed": ask.speed})
        for scene in ask.scenes
        if scene.narration
    ]
    read_aloud = iter(ctx.gather(*calls)) if calls else iter(())
    return [read(next(read_aloud), Speech) if scene.narration else None for scene in ask.scenes]


def _lengths(speeches: Sequence[Speech | None], clips: Sequence[Asset]) -> list[float]:
    """Give how long the words of each scene take; a silent scene is to be as long as its clip."""
    around = CROSSFADE_S + BREATH_S + TAIL_S + CROSSFADE_S
    return [
        speech.duration_s if speech is not None else max(0.1, (clip.duration_s or 0.0) - around)
        for speech, clip in zip(speeches, clips, strict=True)
    ]


def _music(ctx: Context, ask: Story, shots: Sequence[Shot]) -> str | None:
    if ask.music == "off":
        return None
    mood = CALM if ask.music == "auto" else ask.music
    return read(ctx.run("audio.music", {"mood": mood, "seconds": round(shots[-1].end_s, 3)}), Made).id_of("music")


def _size_of(clip: Asset) -> tuple[int, int]:
    sides = (clip.width or 0) // 2 * 2, (clip.height or 0) // 2 * 2
    return sides if all(SMALLEST <= side <= LARGEST for side in sides) else USUAL_SIZE
