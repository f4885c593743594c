"""The timeline of an explainer: charts build up as they are told, and the source stands over it all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from mediamill_products.filming import cut
from mediamill_products.filming.reads import Speech
from mediamill_products.filming.storyboard import CROSSFADE_S, Shot, on_grid

REVEAL_S = 0.7
"""How long the numbers of a chart take to appear."""
REVEAL_AFTER_S = 0.5
"""After the first word: the eye has read the title by then."""
TAG_FADE_S = 0.4


class Shown(NamedTuple):
    """The assets that a scene shows: a clip or a picture, and for a chart the stage before it."""

    main: str
    stage: str | None = None


class Tag(NamedTuple):
    """The line that names the source, and where in the frame it stands."""

    asset: str
    box: dict[str, float]


class Reel(NamedTuple):
    """What a film is made of: each scene's time and speech, and what it shows."""

    spoken: Sequence[tuple[Shot, Speech]]
    shown: Sequence[Shown]
    tag: Tag
    music: str | None

    @property
    def shots(self) -> list[Shot]:
        """When each scene stands."""
        return [shot for shot, _ in self.spoken]


def timeline(reel: Reel, size: tuple[int, int], fps: int, *, captions: bool) -> dict[str, Any]:
    """Declare the film, as ``merge.timeline`` takes it."""
    tracks = [_pictures(reel.shots, reel.shown, fps), _tag(reel.shots, reel.tag), cut.voice(reel.spoken)]
    if reel.music is not None:
        tracks.append(cut.music(reel.music, reel.shots[-1].end_s, under_a_voice=True))
    if captions:
        tracks.append(cut.captioned(reel.spoken))
    return cut.declared(tracks, size, fps)


def _pictures(shots: Sequence[Shot], shown: Sequence[Shown], fps: int) -> dict[str, Any]:
    items: list[dict[str, Any]] = []
    for shot, one in zip(shots, shown, strict=True):
        into = CROSSFADE_S if items else 0.0
        if one.stage is None:
            items.append(_item(one.main, shot.start_s, shot.length_s, into))
            continue
        reveal = on_grid(shot.speech_at_s + REVEAL_AFTER_S, fps)
        until = on_grid(reveal + REVEAL_S, fps)
        items.append(_item(one.stage, shot.start_s, round(until - shot.start_s, 6), into))
        items.append(_item(one.main, reveal, round(shot.end_s - reveal, 6), round(until - reveal, 6)))
    items[-1]["fade_out_s"] = cut.END_FADE_S
    return {"type": "video", "name": "pictures", "items": items}


def _item(asset: str, start_s: float, length_s: float, dissolve_s: float) -> dict[str, Any]:
    item: dict[str, Any] = {"asset": asset, "start_s": start_s, "in_s": 0, "out_s": length_s}
    if dissolve_s:
        item["transition_in"] = {"type": "dissolve", "seconds": dissolve_s}
    return item


def _tag(shots: Sequence[Shot], tag: Tag) -> dict[str, Any]:
    """Show the source from the end of the title to the page that tells it in full."""
    start, end = shots[0].end_s, shots[-1].start_s
    item = {
        "asset": tag.asset,
        "start_s": start,
        "in_s": 0,
        "out_s": round(end - start, 6),
        "box": tag.box,
        "fit": "contain",
        "fade_in_s": TAG_FADE_S,
        "fade_out_s": TAG_FADE_S,
    }
    return {"type": "image", "name": "source", "items": [item]}
