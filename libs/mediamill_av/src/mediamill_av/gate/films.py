"""What a planned film must be, and which of its spans may stand still or be dark, by looking at what it is made of."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mediamill.errors import MediamillError
from mediamill_av.gate.looking import ACROSS, DOWN, STILL, Pixels, differ, is_black
from mediamill_av.gate.wanted import Levels, PictureWanted, SoundWanted, Suspect, Wanted
from mediamill_av.layers import Blend, Segment, Shot
from mediamill_av.loudness import MOST_PEAK_DB
from mediamill_av.plan import Plan
from mediamill_av.runner import Command, reading, run
from mediamill_av.windows import Window

_DIM_BACKGROUND = 40
_DARK_PART = 0.4
"""So much of a fade may look black, where the picture is not bright."""


def wanted_film(plan: Plan, levels: Levels | None, lufs: float | None, folder: Path) -> Wanted:
    """Give what the film of a plan must be; ``folder`` is for looking into its assets."""
    timeline = plan.timeline
    is_soft = timeline.output.captions == "soft"
    picture = PictureWanted(
        timeline.size,
        timeline.fps,
        plan.frames,
        Excuses(plan, folder),
        () if is_soft else plan.lines,
    )
    sound = None if levels is None else SoundWanted(levels, lufs, MOST_PEAK_DB)
    return Wanted("the film", picture, sound, plan.lines if is_soft else ())


class Excuses:
    """Tells of a suspicious span of a film whether its assets are like that there."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self._plan = plan
        self._fps = plan.timeline.fps
        self._folder = folder

    def __call__(self, suspect: Suspect) -> bool:
        """Tell it."""
        first, last = round(suspect.start_s * self._fps), round(suspect.end_s * self._fps)
        return self._is_dark(first) if suspect.what == "black" else self._stands(first, last)

    def _is_dark(self, frame: int) -> bool:
        segments = self._shown(frame, frame + 1)
        if not segments:
            return _is_dim(self._plan.timeline.background)
        return all(self._may_be_dark(segment, frame) for segment in segments)

    def _may_be_dark(self, segment: Segment, frame: int) -> bool:
        shots = _shots(segment)
        if isinstance(segment, Blend) and segment.before is None and _is_dim(self._plan.timeline.background):
            return True
        # Of two that give way to each other one is enough: it may have hardly begun to.
        return any(_fades(shot, frame) or self._looks_dark(shot, frame) for shot in shots)

    def _looks_dark(self, shot: Shot, frame: int) -> bool:
        seen = self._glance(shot, frame)
        return seen is None or is_black(seen)

    def _stands(self, first: int, last: int) -> bool:
        """Tell whether every layer shows at both ends of a span what looks the same."""
        layers = {part.layer for window in self._within(first, last) for part in window.parts}
        return all(self._layer_stands(layer, first, last) for layer in layers)

    def _layer_stands(self, layer: int, first: int, last: int) -> bool:
        segments = [part.segment for w in self._within(first, last) for part in w.parts if part.layer == layer]
        # Where one gives way to another within the span, the two must look alike for nothing to be seen of it.
        one, other = _shots(segments[0])[0], _shots(segments[-1])[-1]
        if one == other:
            return self._shot_stands(one, max(first, one.first), last)
        before, after = self._glance(one, min(first, one.end - 1)), self._glance(other, max(last, other.first))
        return before is None or after is None or differ(before, after) < 1.6 * STILL

    def _shot_stands(self, shot: Shot, first: int, last: int) -> bool:
        if shot.length_s is None:
            # A camera that moves over an even picture shows the same all the time.
            return shot.motion == "still" or self._is_even(shot, first)
        one, other = self._glance(shot, first), self._glance(shot, min(last, shot.end - 1))
        return one is None or other is None or differ(one, other) < 1.6 * STILL

    def _is_even(self, shot: Shot, frame: int) -> bool:
        seen = self._glance(shot, frame)
        return seen is None or float(seen.std()) < 4

    def _within(self, first: int, last: int) -> list[Window]:
        return [window for window in self._plan.windows if window.first < last and window.end > first]

    def _shown(self, first: int, last: int) -> list[Segment]:
        return list(dict.fromkeys(part.segment for window in self._within(first, last) for part in window.parts))

    def _glance(self, shot: Shot, frame: int) -> Pixels | None:
        """Look at a shot's source as it is at a film frame; ``None`` where it cannot be seen."""
        at_s = 0.0 if shot.length_s is None else shot.from_s + (frame - shot.first) / self._fps
        skip = () if at_s <= 0 else ("-ss", f"{min(at_s, max(0.0, (shot.length_s or 0) - 0.1)):.3f}")
        output = self._folder / "glance.gray"
        scaled = f"scale={ACROSS}:{DOWN}:flags=area,format=gray"
        arguments = (*reading(shot.path, *skip), "-map", "0:v:0", "-frames:v", "1", "-vf", scaled, "-f", "rawvideo")
        try:
            run(Command(what="a look at an asset", arguments=arguments, output=output, frames=1))
            seen = np.fromfile(output, np.uint8)
        except (MediamillError, OSError):
            return None
        return seen.reshape(DOWN, ACROSS) if len(seen) == ACROSS * DOWN else None


def _shots(segment: Segment) -> tuple[Shot, ...]:
    if not isinstance(segment, Blend):
        return (segment.shot,)
    return (segment.after,) if segment.before is None else (segment.before, segment.after)


def _fades(shot: Shot, frame: int) -> bool:
    """Tell whether a shot has hardly come, or has nearly gone, at a frame."""
    return frame < shot.first + _DARK_PART * shot.fade_in or frame >= shot.end - _DARK_PART * shot.fade_out


def _is_dim(colour: str) -> bool:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue < _DIM_BACKGROUND
