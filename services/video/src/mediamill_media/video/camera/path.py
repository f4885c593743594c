"""The camera's way: a pure function of time."""

from __future__ import annotations

import math
import random
from typing import NamedTuple

from mediamill_media.video.contract import Motion

ZOOM = 0.08
"""How far a plane whose gain is 1 grows over the clip."""
_BOB_PX = 3.0
_BOB_RATE = 2.2
_FULL_SECONDS = 4.0
"""Shorter clips go only a part of the way, so that they do not rush."""


class Pose(NamedTuple):
    """Where the camera is: zoom from 0, and its way along x and y from -1 to 1; ``sway`` is in pixels at 720 lines."""

    zoom: float
    x: float
    y: float
    sway: float


class Way(NamedTuple):
    """Where the camera starts and where it ends."""

    zoom: tuple[float, float]
    x: tuple[float, float]
    y: tuple[float, float]

    def at(self, part: float, seconds: float) -> Pose:
        """Give the pose after ``part`` (0 to 1) of the clip, ``seconds`` after its start."""
        eased = ease(part)
        zoom, x, y = (start + (end - start) * eased for start, end in self)
        return Pose(zoom, x, y, _BOB_PX * math.sin(_BOB_RATE * seconds))


_WAYS: dict[Motion, Way] = {
    "zoom_in": Way((0.0, ZOOM), (0.0, 0.0), (0.0, 0.0)),
    "zoom_out": Way((ZOOM, 0.0), (0.0, 0.0), (0.0, 0.0)),
    "pan_left": Way((ZOOM, ZOOM), (1.0, -1.0), (0.0, 0.0)),
    "pan_right": Way((ZOOM, ZOOM), (-1.0, 1.0), (0.0, 0.0)),
    "rise": Way((ZOOM, ZOOM), (0.0, 0.0), (1.0, -1.0)),
    "still": Way((0.0, 0.0), (0.0, 0.0), (0.0, 0.0)),
}
_AUTO: tuple[Way, ...] = (
    Way((0.0, ZOOM), (-1.0, 1.0), (0.3, -0.3)),
    Way((ZOOM, 0.0), (1.0, -1.0), (-0.3, 0.3)),
    Way((0.0, ZOOM), (1.0, -1.0), (0.0, 0.0)),
    Way((ZOOM, 0.0), (-1.0, 1.0), (0.3, -0.3)),
)


def ease(part: float) -> float:
    """Start and stop softly, without standing still at the ends: a cut into a resting picture looks like a fault."""
    return 0.6 * part * part * (3 - 2 * part) + 0.4 * part


def way(motion: Motion, seed: int, seconds: float) -> Way:
    """Give the way of a motion; ``auto`` takes neighbouring seeds in opposite directions."""
    if motion == "auto":
        turn = random.Random(seed // 2).randrange(2)
        chosen = _AUTO[2 * turn + seed % 2]
    else:
        chosen = _WAYS[motion]
    amount = min(1.0, 0.3 + 0.7 * seconds / _FULL_SECONDS)
    return Way(*((_nearer(start, end, amount), _nearer(end, start, amount)) for start, end in chosen))


def _nearer(one: float, other: float, amount: float) -> float:
    """Give ``one``, moved toward the middle of both when the way is shortened."""
    middle = (one + other) / 2
    return middle + (one - middle) * amount
