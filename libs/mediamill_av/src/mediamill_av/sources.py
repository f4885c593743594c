"""An asset as the planner sees it, and the checks that need to know what the assets are."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from mediamill.errors import Permanent
from mediamill.timeline import (
    PICTURE_TRACKS,
    Fault,
    Item,
    Placed,
    Span,
    Timeline,
    Track,
    TrackType,
    overlap_faults,
    placed_items,
)
from mediamill_av.packets import Cuts
from mediamill_av.probe import Probe


@dataclass(frozen=True)
class Source:
    """A file, what it is, and where its coded frames can be cut."""

    path: Path
    probe: Probe
    cuts: Cuts | None = None
    """``None`` when its frames cannot be copied into this film."""

    @property
    def length_s(self) -> float | None:
        """Its length, the picture's where it has one; a still picture has none."""
        if self.probe.still or self.probe.video is None:
            return self.probe.duration_s
        return self.probe.video.duration_s or self.probe.duration_s


Sources = Mapping[str, Source]


class Stretch(NamedTuple):
    """The part of a source that an item plays, and when."""

    start_s: float
    from_s: float
    length_s: float

    @property
    def end_s(self) -> float:
        """When it ends in the film."""
        return self.start_s + self.length_s


def stretch_of(item: Item, source: Source) -> Stretch:
    """Give what an item plays of its source; where it does not say, to the source's end."""
    length = item.length_s
    if length is None:
        length = (source.length_s or 0.0) - item.from_s
    return Stretch(item.start_s, item.from_s, length)


def check_sources(timeline: Timeline, sources: Sources) -> None:
    """Refuse a timeline whose assets are not what it takes them for. Raises ``Permanent`` with the items' paths."""
    faults = [
        Fault(("tracks", place.track, "items", place.number), message)
        for place in placed_items(timeline, "video", "image", "audio")
        if (message := _unfit(timeline.tracks[place.track].type, place, sources))
    ]
    if not faults:
        faults = [*_overlaps(timeline, sources)]
    if faults:
        told = "; ".join(f"{'.'.join(map(str, fault.loc))}: {fault.message}" for fault in faults[:5])
        raise Permanent(told, errors=[(["timeline", *fault.loc], fault.message) for fault in faults])


def _unfit(type_: TrackType, place: Placed, sources: Sources) -> str | None:
    """Say why an item's asset cannot play its part."""
    source = sources.get(place.item.asset or "")
    if source is None:
        return f"there is no asset {place.item.asset}"
    if type_ in PICTURE_TRACKS and source.probe.video is None:
        return "the asset has no picture"
    if type_ == "audio" and source.probe.audio is None:
        return "the asset has no sound"
    if source.length_s is None:
        return None if place.item.out_s is not None else "a still picture needs out_s, for nothing else tells its end"
    if place.item.from_s >= source.length_s:
        return f"the item starts at {place.item.from_s:g} s of an asset that lasts {source.length_s:.3f} s"
    return None


def _overlaps(timeline: Timeline, sources: Sources) -> Iterator[Fault]:
    for number, track in enumerate(timeline.tracks):
        if track.type in PICTURE_TRACKS:
            for fault in overlap_faults(_spans(track, sources, timeline.fps)):
                yield Fault(("tracks", number, *fault.loc), fault.message)


def _spans(track: Track, sources: Sources, fps: int) -> Iterator[Span]:
    """Give the items' places; a length that the source tells counts in whole frames, for containers round it up."""
    for number, item in enumerate(track.items):
        stretch = stretch_of(item, sources[item.asset or ""])
        length = stretch.length_s if item.out_s is not None else math.floor(stretch.length_s * fps + 0.01) / fps
        yield Span(number, stretch.start_s, stretch.start_s + length, item.lead_s)
