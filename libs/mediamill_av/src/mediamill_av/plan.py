"""A timeline and what its assets are become a plan: which frames are made of what. Pure; nothing is opened or run.

A film is windows: those whose frames are already there, coded in the house profile, are copied, the others are made.
"""

from __future__ import annotations

from dataclasses import dataclass

from mediamill.errors import Permanent
from mediamill.timeline import PICTURE_TRACKS, Item, Timeline, placed_items
from mediamill_av.ass import Subtitles, subtitles_of
from mediamill_av.captions import Line, caption_lines, until
from mediamill_av.layers import layer_of
from mediamill_av.soundplan import SoundPlan, sound_of
from mediamill_av.sources import Sources, check_sources, stretch_of
from mediamill_av.windows import Window, windows_of


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
    lines = until(caption_lines(timeline), frames / timeline.fps)
    subtitles = subtitles_of(timeline, () if timeline.output.captions == "soft" else lines)
    layers = [layer_of(timeline, n, sources) for n, track in enumerate(timeline.tracks) if track.type in PICTURE_TRACKS]
    windows = tuple(windows_of(layers, frames, subtitles, timeline.fps))
    sound = sound_of(timeline, sources, frames / timeline.fps, loudness_lufs)
    return Plan(timeline, frames, windows, subtitles, lines, sound)


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
