"""How a mouth moves through a speech: one shape a frame, each flowing into the next as mouths do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mediamill_media.lipsync.contract import Phoneme
from mediamill_media.lipsync.speech.heard import RATE, Curve, Samples, loudness
from mediamill_media.lipsync.speech.shapes import REST, shapes_of

TICKS = 100
"""A second, between which shapes are placed before frames look at them."""
LEAD_S = 0.04
"""So much earlier than its sound a mouth takes its shape."""
_HELD_S = 0.14
"""Pauses shorter than this do not close a mouth."""
_FLOW_S = 0.11
_CLOSE_S = 0.06
_REST_AFTER_S = 0.3
_GLIDE_TURNS = 0.6
"""How far into a diphthong its first shape lasts."""

Table = npt.NDArray[np.float64]


class Mouth(NamedTuple):
    """A mouth at one moment, see ``Shape``; ``rest`` is 1 where nothing has been said for a while."""

    open: float
    wide: float
    teeth: float
    tongue: float
    rest: float


@dataclass(frozen=True)
class Track:
    """A mouth through a whole speech."""

    open: Curve
    wide: Curve
    teeth: Curve
    tongue: Curve
    rest: Curve
    loud: Curve
    """How loud the speech is, from 0 to 1: heads move with it."""

    def at(self, frame: int) -> Mouth:
        """Give the mouth of a frame."""
        every = (self.open, self.wide, self.teeth, self.tongue, self.rest)
        return Mouth(*(float(curve[frame]) for curve in every))


class Grid(NamedTuple):
    """The frames that a mouth is wanted for."""

    fps: int
    frames: int

    @property
    def ticks(self) -> int:
        """How many ticks cover them, with the lead."""
        return int(np.ceil((self.frames / self.fps + LEAD_S) * TICKS)) + 1


def spoken(phonemes: Sequence[Phoneme], samples: Samples, grid: Grid) -> Track:
    """Give the mouth that says phonemes at their times, further open where the speech is louder."""
    targets = _targets(phonemes, grid.ticks)
    return flowing(targets, loudness(samples, grid.fps, grid.frames), grid)


def flowing(targets: Table, loud: Curve, grid: Grid) -> Track:
    """Let shapes, one a tick, flow into each other; lips that must meet do meet."""
    flow = _smooth(targets[:, :4], _FLOW_S)
    closed = np.clip(_smooth(targets[:, 4:5], _CLOSE_S)[:, 0] * 1.25, 0, 1)
    rest = _resting(targets)
    at = np.clip(((np.arange(grid.frames) + 0.5) / grid.fps + LEAD_S) * TICKS, 0, len(targets) - 1)
    looked = [np.interp(at, np.arange(len(targets)), curve) for curve in (*flow.T, closed, rest)]
    opened, wide, teeth, tongue, shut, resting = looked
    stress = 0.8 + 0.6 * _smooth(loud[:, None], 0.08, grid.fps)[:, 0]
    return Track(np.clip(opened * stress * (1 - shut), 0, 1), wide, teeth, tongue, resting, loud)


def _targets(phonemes: Sequence[Phoneme], ticks: int) -> Table:
    """Lay the shapes of phonemes on ticks; what lies between two of them is held for a moment."""
    targets = np.tile(np.array(REST), (ticks, 1))
    until = -1.0
    for phoneme in sorted(phonemes, key=lambda one: one.start_s):
        start = until if 0 < phoneme.start_s - until < _HELD_S and until >= 0 else phoneme.start_s
        shapes = shapes_of(phoneme.symbol)
        bounds = (start, start + (phoneme.end_s - start) * _GLIDE_TURNS, phoneme.end_s)
        spans = zip(bounds, bounds[1:], shapes, strict=False) if len(shapes) > 1 else ((start, bounds[2], shapes[0]),)
        for begin, end, shape in spans:
            targets[round(begin * TICKS) : max(round(end * TICKS), round(begin * TICKS) + 1)] = shape
        until = phoneme.end_s
    return targets


def _resting(targets: Table) -> Curve:
    """Tell where nothing has been said for a while, softly."""
    silent = ~targets.any(axis=1)
    wide = round(_REST_AFTER_S * TICKS)
    kernel = np.ones(wide)
    long_enough = np.convolve(silent, kernel, "same") > wide - 0.5
    return _smooth(long_enough[:, None].astype(float), 0.2)[:, 0]


def _smooth(curves: Table, seconds: float, rate: int = TICKS) -> Table:
    """Smooth each column with a window of so many seconds, the ends held."""
    wide = max(1, round(seconds * rate)) | 1
    if wide < 3:
        return curves
    window = np.hanning(wide + 2)[1:-1]
    window /= window.sum()
    padded = np.pad(curves, ((wide // 2, wide // 2), (0, 0)), mode="edge")
    return np.stack([np.convolve(padded[:, column], window, "valid") for column in range(curves.shape[1])], axis=1)


def frames_of(samples: Samples, fps: int) -> int:
    """Give how many frames a speech lasts, at least one."""
    return max(1, round(len(samples) / RATE * fps))
