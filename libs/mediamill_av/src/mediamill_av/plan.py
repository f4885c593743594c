"""A timeline and what its assets are become a plan: which frames are made of what. Pure; nothing is opened or run.

A film is cut into windows in which nothing about its layers changes but the passing of time. Each window is a small
graph of at most two sources a layer, so memory does not grow with the film, and a window whose frames are already
there, coded in the house profile, is copied instead of made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from mediamill.errors import Permanent
from mediamill.timeline import PICTURE_TRACKS, Item, Timeline, placed_items
from mediamill_av.ass import Subtitles, subtitles_of
from mediamill_av.captions import Line, caption_lines
from mediamill_av.layers import Layer, Segment, Solo, layer_of
from mediamill_av.packets import Run
from mediamill_av.soundplan import SoundPlan, sound_of
from mediamill_av.sources import Sources, check_sources, stretch_of


@dataclass(frozen=True)
class Part:
    """What one layer shows in a window."""

    layer: int
    segment: Segment


@dataclass(frozen=True)
class Window:
    """Film frames ``first`` to ``first + frames`` (not included), made of the same parts throughout."""

    first: int
    frames: int
    parts: tuple[Part, ...]
    subtitled: bool
    copy: Run | None = None
    """The coded frames that these are, as they are."""

    @property
    def end(self) -> int:
        """The film frame after its last."""
        return self.first + self.frames


@dataclass(frozen=True)
class Plan:
    """All that is decided before anything runs."""

    timeline: Timeline
    frames: int
    windows: tuple[Window, ...]
    subtitles: Subtitles
    lines: tuple[Line, ...]
    sound: SoundPlan | None

    @property
    def duration_s(self) -> float:
        """Length of the film."""
        return self.frames / self.timeline.fps

    @property
    def frames_copied(self) -> int:
        """How many frames are not coded again."""
        return sum(window.frames for window in self.windows if window.copy)


def plan(timeline: Timeline, sources: Sources, loudness_lufs: float | None) -> Plan:
    """Decide how to make a film; ``loudness_lufs`` of ``None`` leaves the sound's level as it is.

    Raises ``Permanent`` naming the items whose assets do not fit the timeline.
    """
    check_sources(timeline, sources)
    frames = _film_frames(timeline, sources)
    lines = caption_lines(timeline)
    subtitles = subtitles_of(timeline, lines)
    layers = [layer_of(timeline, n, sources) for n, track in enumerate(timeline.tracks) if track.type in PICTURE_TRACKS]
    windows = tuple(
        piece for window in _windows(layers, frames, subtitles, timeline.fps) for piece in _copied(window, timeline.fps)
    )
    sound = sound_of(timeline, sources, frames / timeline.fps, loudness_lufs)
    return Plan(timeline, frames, windows, subtitles, lines, sound)


def recoded(windows: Sequence[Window]) -> tuple[Window, ...]:
    """Give the same windows with nothing copied: the way out when coded frames do not fit together."""
    return tuple(replace(window, copy=None) for window in windows)


def _film_frames(timeline: Timeline, sources: Sources) -> int:
    """Give the film's length: as asked for, or to its last picture or text, or else to its last sound."""
    if timeline.seconds is not None:
        return max(1, round(timeline.seconds * timeline.fps))
    seen = [_end(place.item, sources) for place in placed_items(timeline, "video", "image", "text")]
    heard = [_end(place.item, sources) for place in placed_items(timeline, "audio", "captions")]
    frames = round(max(seen or heard) * timeline.fps)
    if frames > 4 * 3600 * timeline.fps:
        raise Permanent(f"the film would last {frames / timeline.fps:.0f} s; up to 4 hours are made")
    return max(1, frames)


def _end(item: Item, sources: Sources) -> float:
    if item.asset is None:
        return item.start_s + (item.length_s or 0.0)
    return stretch_of(item, sources[item.asset]).end_s


def _windows(layers: Sequence[Layer], frames: int, subtitles: Subtitles, fps: int) -> Iterator[Window]:
    edges = {0, frames}
    for layer in layers:
        edges.update(edge for segment in layer.segments for edge in (segment.first, segment.end))
    for first, end in pairwise(sorted(edge for edge in edges if 0 <= edge <= frames)):
        shown = ((number, layer.at(first)) for number, layer in enumerate(layers))
        parts = tuple(Part(number, segment) for number, segment in shown if segment is not None)
        yield Window(first, end - first, parts, subtitles.draws(first / fps, end / fps))


def _copied(window: Window, fps: int) -> Iterator[Window]:
    """Split a window into what must be made and what can be copied, if that is worth a cut."""
    run = _copyable(window, fps)
    if run is None or run.frames < fps // 2 < window.frames:
        yield window
        return
    shift = run.first - _source_frame(window, fps)
    if shift:
        yield replace(window, frames=shift)
    begin = window.first + shift
    yield replace(window, first=begin, frames=run.frames, copy=run)
    if begin + run.frames < window.end:
        yield replace(window, first=begin + run.frames, frames=window.end - begin - run.frames)


def _copyable(window: Window, fps: int) -> Run | None:
    """Give the coded frames that a window shows unchanged: one bare shot whose frames fill the film's."""
    if window.subtitled or len(window.parts) != 1:
        return None
    segment = window.parts[0].segment
    if not isinstance(segment, Solo) or not segment.shot.plain or segment.shot.fade_in or segment.shot.fade_out:
        return None
    shot, cuts = segment.shot, segment.shot.cuts
    if cuts is None:
        return None
    first = _source_frame(window, fps)
    found = cuts.within(first, min(first + window.frames, cuts.frames))
    return Run(shot.path, *found) if found else None


def _source_frame(window: Window, fps: int) -> int:
    """Give the frame of its only shot's source that a window begins with."""
    segment = window.parts[0].segment
    if not isinstance(segment, Solo):
        raise TypeError("only a shot alone has one source")
    return round(segment.shot.from_s * fps) + window.first - segment.shot.first
