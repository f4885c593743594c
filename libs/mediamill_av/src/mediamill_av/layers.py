"""A picture track becomes a layer: on the film's grid of frames, alone or blended, one shot after another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from mediamill.timeline import Box, Motion, Timeline, TransitionType
from mediamill_av.packets import Cuts
from mediamill_av.sources import Source, Sources, Stretch, stretch_of

_AUTO: tuple[Motion, ...] = ("zoom_in", "pan_left", "zoom_out", "pan_right")
_SEE_THROUGH = ("rgba", "bgra", "argb", "abgr", "yuva", "ya8", "ya16", "gbrap", "pal8")


class Place(NamedTuple):
    """A part of the frame, in pixels; all four are even, as 4:2:0 wants them."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Shot:
    """A picture item on the grid: ``frames`` frames from film frame ``first``; later frames repeat its last."""

    what: str
    path: Path
    first: int
    frames: int
    from_s: float
    length_s: float | None
    """Length of the whole source; ``None`` for a still picture."""
    source_fps: float
    aspect: float
    plain: bool
    """Whether its frames fill the film's frame as they are."""
    see_through: bool
    told_colour: bool
    tall: int
    fit: Literal["cover", "contain"]
    place: Place
    opacity: float
    motion: Motion
    fade_in: int
    fade_out: int
    cuts: Cuts | None

    @property
    def end(self) -> int:
        """The film frame after its last."""
        return self.first + self.frames


@dataclass(frozen=True)
class Solo:
    """One shot alone, for the film frames ``first`` to ``end`` (not included)."""

    shot: Shot
    first: int
    end: int


@dataclass(frozen=True)
class Blend:
    """One shot, or the background, giving way to the next."""

    before: Shot | None
    after: Shot
    type: TransitionType
    first: int
    end: int


Segment = Solo | Blend


@dataclass(frozen=True)
class Layer:
    """What one picture track shows, in time, without overlaps; where it has nothing, what is behind it is seen."""

    segments: tuple[Segment, ...]

    def at(self, frame: int) -> Segment | None:
        """Give what it shows at a film frame."""
        return next((segment for segment in self.segments if segment.first <= frame < segment.end), None)


def layer_of(timeline: Timeline, number: int, sources: Sources) -> Layer:
    """Lay a picture track out on the grid."""
    items = sorted(enumerate(timeline.tracks[number].items), key=lambda each: (each[1].start_s, each[0]))
    shots = [_shot(timeline, number, index, sources[item.asset or ""]) for index, item in items]
    leads = [(item.transition_in.type if item.transition_in else "cut", item.lead_s) for _, item in items]
    return Layer(tuple(_segments(shots, leads, timeline.fps)))


def _shot(timeline: Timeline, track: int, number: int, source: Source) -> Shot:
    item, fps = timeline.tracks[track].items[number], timeline.fps
    stretch, picture = stretch_of(item, source), source.probe.video
    if picture is None:
        raise ValueError(f"tracks.{track}.items.{number} has no picture")
    first, frames = span_of(stretch, fps)
    place = place_of(item.box, timeline.size)
    in_full = place == Place(0, 0, *timeline.size) and item.opacity == 1.0
    return Shot(
        what=f"tracks.{track}.items.{number}",
        path=source.path,
        first=first,
        frames=frames,
        from_s=stretch.from_s,
        length_s=source.length_s,
        source_fps=picture.fps or fps,
        aspect=picture.aspect,
        plain=in_full and (picture.width, picture.height, picture.aspect) == (*timeline.size, 1.0),
        see_through=not in_full or (picture.pixel_format or "").startswith(_SEE_THROUGH),
        told_colour=picture.colour_told,
        tall=picture.height or 0,
        fit=item.fit,
        place=place,
        opacity=item.opacity,
        motion=resolved_motion(item.motion, number),
        fade_in=round(item.fade_in_s * fps),
        fade_out=round(item.fade_out_s * fps),
        cuts=source.cuts,
    )


def place_of(box: Box | None, size: tuple[int, int]) -> Place:
    """Put a box on the grid of the frame's pixels; without one it is the whole frame."""
    if box is None:
        return Place(0, 0, *size)
    width, height = (max(2, _even(share * side)) for share, side in zip((box.width, box.height), size, strict=True))
    x, y = _even(box.x * size[0]), _even(box.y * size[1])
    return Place(min(x, size[0] - width), min(y, size[1] - height), width, height)


def _even(pixels: float) -> int:
    return round(pixels / 2) * 2


def span_of(stretch: Stretch, fps: int) -> tuple[int, int]:
    """Put a stretch on the grid: both ends are rounded, so that neighbours in seconds are neighbours in frames."""
    first = round(stretch.start_s * fps)
    return first, max(1, round(stretch.end_s * fps) - first)


def resolved_motion(motion: Motion | None, number: int) -> Motion:
    """Give the movement that is meant: ``auto`` takes turns from item to item, none is still."""
    if motion == "auto":
        return _AUTO[number % len(_AUTO)]
    return motion or "still"


def _segments(shots: list[Shot], leads: list[tuple[TransitionType, float]], fps: int) -> Iterator[Segment]:
    for index, (shot, (type_, lead_s)) in enumerate(zip(shots, leads, strict=True)):
        following = shots[index + 1].first if index + 1 < len(shots) else shot.end
        lead = min(round(lead_s * fps), shot.frames, max(0, following - shot.first) or shot.frames)
        if lead:
            before = shots[index - 1] if index and shots[index - 1].end >= shot.first else None
            yield Blend(before, shot, type_, shot.first, shot.first + lead)
        end = min(shot.end, following)
        if shot.first + lead < end:
            yield Solo(shot, shot.first + lead, end)
