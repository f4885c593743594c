"""Clips in a row as a timeline: the same planner then decides what is copied and what is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from mediamill.errors import BadMedia, Permanent
from mediamill.timeline import MAX_SIDE, MIN_SIDE, Item, Timeline, Track
from mediamill_av.probe import Probe, Stream, probe
from mediamill_media.merge.contract import Concat


class Clip(NamedTuple):
    """A clip's place in the row."""

    asset: str
    picture: Stream
    seconds: float


def reel_of(ask: Concat, files: Mapping[str, Path]) -> Timeline:
    """Lay the clips out one after another. Raises ``BadMedia`` for what is no clip, ``Permanent`` for bad fits."""
    clips = [_clip(f"clips.{number}", asset, files[asset]) for number, asset in enumerate(ask.clips)]
    fps = ask.fps or max(1, min(60, round(clips[0].picture.fps or 30)))
    try:
        items = tuple(_items(ask, clips, fps))
        track = Track(type="video", items=items)
        return Timeline(size=ask.size or _size(clips[0].picture), fps=fps, tracks=(track,))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join("clips" if step == "items" else str(step) for step in first["loc"])
        raise Permanent(f"{where}: {first['msg']}") from error


def _clip(what: str, asset: str, path: Path) -> Clip:
    found: Probe = probe(path, what)
    if found.video is None or found.duration_s is None:
        raise BadMedia(f"{what} is no clip: it has no moving picture")
    return Clip(asset, found.video, found.video.duration_s or found.duration_s)


def _items(ask: Concat, clips: list[Clip], fps: int) -> Iterator[Item]:
    """Give each clip whole frames, and let each but the first overlap the one before it by the transition."""
    lead = round(ask.transition.length_s * fps)
    at = 0
    for number, clip in enumerate(clips):
        frames = max(1, round(clip.seconds * fps))
        start = max(0, at - lead) if number else 0
        transition = ask.transition if number and lead else None
        yield Item(asset=clip.asset, start_s=start / fps, out_s=frames / fps, transition_in=transition)
        at = start + frames


def _size(picture: Stream) -> tuple[int, int]:
    """Give a clip's own size as it is seen, in even numbers."""
    width = (picture.width or 0) * picture.aspect
    return _even(width), _even(picture.height or 0)


def _even(side: float) -> int:
    return max(MIN_SIDE, min(MAX_SIDE, round(side / 2) * 2))
