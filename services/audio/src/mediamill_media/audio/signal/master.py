"""Bring a sound to a loudness without letting its peaks through."""

from __future__ import annotations

from typing import NamedTuple

from mediamill_media.audio.signal import Sound, Tick, no_tick
from mediamill_media.audio.signal.loudness import SILENCE_LUFS, measure
from mediamill_media.audio.signal.peaks import limit, true_peak

_CLOSE_ENOUGH_LU = 0.1
_MOST_PASSES = 4


class Level(NamedTuple):
    """What was measured on a finished sound."""

    lufs: float
    peak_db: float


def master(sound: Sound, target_lufs: float, tick: Tick = no_tick) -> Level:
    """Bring a sound to the target in place and tell what it measures now.

    Limiting takes loudness away, so the gain is corrected until the target is met or no more can be had.
    """
    lufs = measure(sound, tick)
    gain = 1.0 if lufs <= SILENCE_LUFS else 10 ** ((target_lufs - lufs) / 20)
    for _ in range(_MOST_PASSES):
        limit(sound, gain=gain, tick=tick)
        lufs = measure(sound, tick)
        if lufs <= SILENCE_LUFS or abs(target_lufs - lufs) < _CLOSE_ENOUGH_LU:
            break
        gain = 10 ** ((target_lufs - lufs) / 20)
    return Level(lufs=round(lufs, 2), peak_db=round(true_peak(sound, tick), 2))
