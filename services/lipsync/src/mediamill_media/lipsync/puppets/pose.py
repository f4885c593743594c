"""What a head does while it talks: it sways a little, nods with what is stressed, and blinks."""

from __future__ import annotations

import math
import random
from typing import NamedTuple

import numpy as np

from mediamill_media.lipsync.speech.heard import Curve

_SWAYS = ((0.19, 1.0), (0.31, 0.6), (0.53, 0.3))
"""Turns a second, and how large: no whole multiples of each other, so that no sway repeats."""
_ROLL_DEGREES = 1.5
_DRIFT = 0.045
_NOD = 0.05
_BLINK_EVERY_S = (2.2, 4.4)
_FIRST_BLINK_S = (0.7, 1.9)
_CLOSING_S, _OPENING_S = 0.07, 0.11


class Pose(NamedTuple):
    """A head at one moment: its roll in degrees, its way in sizes of a face, and how far its eyes are closed."""

    roll: float = 0.0
    x: float = 0.0
    y: float = 0.0
    blink: float = 0.0


class Acting:
    """The poses of a whole film; the same seed always acts the same."""

    def __init__(self, seed: int, loud: Curve, fps: int, liveliness: float) -> None:
        chance = random.Random(seed)
        self._fps, self._much = fps, liveliness
        self._phases = [[chance.uniform(0, math.tau) for _ in _SWAYS] for _ in range(3)]
        self._nods = _slow(loud, fps)
        self._blinks = _blinks(chance, len(loud) / fps) if liveliness > 0 else []

    def at(self, frame: int) -> Pose:
        """Give the pose of a frame."""
        seconds = frame / self._fps
        roll, x, y = (self._sway(axis, seconds) for axis in range(3))
        nod = _NOD * float(self._nods[frame])
        closed = max((_closed(seconds - begin) for begin in self._blinks), default=0.0)
        much = self._much
        return Pose(_ROLL_DEGREES * roll * much, _DRIFT * x * much, (_DRIFT * 0.6 * y + nod) * much, closed)

    def _sway(self, axis: int, seconds: float) -> float:
        waves = zip(_SWAYS, self._phases[axis], strict=True)
        return sum(size * math.sin(math.tau * rate * seconds + phase) for (rate, size), phase in waves) / 1.9


def _blinks(chance: random.Random, seconds: float) -> list[float]:
    begins = [chance.uniform(*_FIRST_BLINK_S)]
    while begins[-1] < seconds:
        begins.append(begins[-1] + chance.uniform(*_BLINK_EVERY_S))
    return begins


def _closed(since: float) -> float:
    """Tell how far eyes are closed that began to blink so long ago: they close faster than they open."""
    if since < 0:
        return 0.0
    part = since / _CLOSING_S if since < _CLOSING_S else 1 - (since - _CLOSING_S) / _OPENING_S
    return _eased(max(0.0, min(1.0, part)))


def _eased(part: float) -> float:
    return part * part * (3 - 2 * part)


def _slow(loud: Curve, fps: int) -> Curve:
    """Give the loudness as a head follows it: half a second late, and never in jerks."""
    window = np.hanning(max(3, round(0.7 * fps)) + 2)
    return np.convolve(np.pad(loud, len(window)), window / window.sum(), "same")[len(window) : -len(window)]
