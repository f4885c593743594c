"""A film cut into windows in which nothing changes but the passing of time, each copied or made. Pure.

Each window that is made is a small graph of at most two sources a layer and a few seconds long, so memory does not grow
with the film, windows are made side by side, and a window that was made before is known again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from mediamill_av.ass import Subtitles
from mediamill_av.layers import Layer, Segment, Solo
from mediamill_av.packets import Run

LONGEST_S = 5
"""A longer window is made in pieces of this length."""


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


def windows_of(layers: Sequence[Layer], frames: int, subtitles: Subtitles, fps: int) -> Iterator[Window]:
    """Cut a film of so many frames where what it shows changes, and where coded frames can be copied."""
    for whole in _changes(layers, frames):
        for window in _copied(whole, subtitles, fps):
            yield from (window,) if window.copy else _in_pieces(window, subtitles, fps)


def recoded(windows: Sequence[Window], subtitles: Subtitles, fps: int) -> tuple[Window, ...]:
    """Give the same windows with nothing copied: the way out when coded frames do not fit together."""
    made = (replace(window, copy=None) for window in windows)
    return tuple(piece for window in made for piece in _in_pieces(window, subtitles, fps))


def _changes(layers: Sequence[Layer], frames: int) -> Iterator[Window]:
    edges = {0, frames}
    for layer in layers:
        edges.update(edge for segment in layer.segments for edge in _edges(segment))
    for first, end in pairwise(sorted(edge for edge in edges if 0 <= edge <= frames)):
        shown = ((number, layer.at(first)) for number, layer in enumerate(layers))
        parts = tuple(Part(number, segment) for number, segment in shown if segment is not None)
        yield Window(first, end - first, parts, subtitled=False)


def _edges(segment: Segment) -> Iterator[int]:
    """Give the frames at which a segment begins, ends, has come and starts to go."""
    yield from (segment.first, segment.end)
    if isinstance(segment, Solo):
        fades = (segment.shot.first + segment.shot.fade_in, segment.shot.end - segment.shot.fade_out)
        yield from (edge for edge in fades if segment.first < edge < segment.end)


def _copied(window: Window, subtitles: Subtitles, fps: int) -> Iterator[Window]:
    """Split a window into what must be made and what can be copied, if that is worth a cut."""
    at = window.first
    for first, end in subtitles.gaps(window.first, window.end, fps):
        run = _copyable(window, first, end, fps)
        if run is None or run.frames < fps // 2 < window.frames:
            continue
        begin = first + run.first - _source_frame(window, first, fps)
        if begin > at:
            yield replace(window, first=at, frames=begin - at)
        yield replace(window, first=begin, frames=run.frames, copy=run)
        at = begin + run.frames
    if at < window.end:
        yield replace(window, first=at, frames=window.end - at)


def _copyable(window: Window, first: int, end: int, fps: int) -> Run | None:
    """Give the coded frames that a stretch shows unchanged: one bare shot whose frames fill the film's."""
    if len(window.parts) != 1:
        return None
    segment = window.parts[0].segment
    if not isinstance(segment, Solo) or not segment.shot.plain or segment.shot.cuts is None:
        return None
    shot, cuts = segment.shot, segment.shot.cuts
    if first < shot.first + shot.fade_in or end > shot.end - shot.fade_out:
        return None
    begin = _source_frame(window, first, fps)
    found = cuts.within(begin, min(begin + end - first, cuts.frames))
    return Run(shot.path, *found) if found else None


def _source_frame(window: Window, first: int, fps: int) -> int:
    """Give the frame of its only shot's source that a window shows at a film frame."""
    segment = window.parts[0].segment
    if not isinstance(segment, Solo):
        raise TypeError("only a shot alone has one source")
    return round(segment.shot.from_s * fps) + first - segment.shot.first


def _in_pieces(window: Window, subtitles: Subtitles, fps: int) -> Iterator[Window]:
    """Cut what is made into lengths; a rest is not worth a piece of its own."""
    most = LONGEST_S * fps
    at = window.first
    while at < window.end:
        frames = window.end - at if window.end - at < most * 3 // 2 else most
        yield replace(window, first=at, frames=frames, subtitled=subtitles.draws(at, at + frames, fps))
        at += frames
