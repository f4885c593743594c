"""How music gives way to a voice: a gain curve that falls before the voice begins and comes back slowly."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mediamill_av.house import SAMPLE_RATE

Curve = npt.NDArray[np.float64]

HOP = SAMPLE_RATE // 100
"""Samples between two points of a curve."""
THRESHOLD = 0.01
"""RMS above which a track sounds: -40 dB below full scale."""
ATTACK_HOPS, HOLD_HOPS, RELEASE_HOPS = 8, 30, 45
_WINDOW_HOPS = 5


def loudness_of_hops(samples: npt.NDArray[np.float32]) -> Curve:
    """Give the RMS of each hop of a block; a last part of a hop counts as one."""
    power = np.mean(np.square(samples, dtype=np.float64), axis=1)
    whole = np.pad(power, (0, -len(power) % HOP))
    return np.asarray(np.sqrt(whole.reshape(-1, HOP).mean(axis=1)))


def duck_gains(rms: Curve, by_db: float) -> Curve:
    """Give the gain, once a hop, that lowers a sound by ``by_db`` wherever ``rms`` tells that another one sounds.

    It is down when the other begins, stays down through the pauses between words, and needs half a second to return.
    """
    smooth = np.sqrt(np.convolve(np.square(rms), np.ones(_WINDOW_HOPS) / _WINDOW_HOPS, mode="same"))
    sounding = smooth > THRESHOLD
    held = _widened(sounding, ATTACK_HOPS, HOLD_HOPS)
    depth = np.empty(len(held))
    level = 0.0
    fall, rise = 1 / ATTACK_HOPS, 1 / RELEASE_HOPS
    for index, down in enumerate(held):
        level = min(1.0, level + fall) if down else max(0.0, level - rise)
        depth[index] = level
    return np.asarray(10 ** (-by_db * depth / 20))


def _widened(marks: npt.NDArray[np.bool_], before: int, after: int) -> npt.NDArray[np.bool_]:
    """Mark also the ``before`` hops ahead of each mark and the ``after`` hops behind it."""
    edges = np.zeros(len(marks) + 1, np.int64)
    places = np.flatnonzero(marks)
    np.add.at(edges, np.maximum(0, places - before), 1)
    np.add.at(edges, np.minimum(len(marks), places + after + 1), -1)
    return np.asarray(np.cumsum(edges)[:-1] > 0)
