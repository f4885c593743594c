"""Make room for a voice: how much lower a track is at each moment while another one is heard."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mediamill_media.audio.signal import RATE, Sound

STEP = RATE // 100
"""Samples between two points of a gain curve."""

_WINDOW_STEPS = 5
_ATTACK_S, _RELEASE_S, _HOLD_S, _AHEAD_S = 0.08, 0.45, 0.25, 0.12
_STEP_S = STEP / RATE
_BELOW_LOUD = 10 ** (-26 / 20)
_NEVER_UNDER = 10 ** (-55 / 20)


def levels(sound: Sound) -> NDArray[np.float32]:
    """Give the power of every step of a sound, its last part padded with silence."""
    whole = len(sound) // STEP * STEP
    powers = [np.square(part).mean(axis=(1, 2)) for part in _steps(sound[:whole])]
    rest = np.square(sound[whole:]).sum() / (STEP * sound.shape[1])
    return np.concatenate([*powers, [rest]]).astype(np.float32)


def _steps(sound: Sound) -> list[NDArray[np.float32]]:
    """View a sound as pieces of some seconds, each (steps, samples, channels)."""
    size = 500 * STEP
    return [sound[at : at + size].reshape(-1, STEP, sound.shape[1]) for at in range(0, len(sound), size)]


def heard(powers: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell for each step whether the sound is heard: RMS over 50 ms, against its own loud parts."""
    mean = np.convolve(powers, np.full(_WINDOW_STEPS, 1 / _WINDOW_STEPS), mode="same")
    rms = np.sqrt(np.maximum(mean, 0))
    if rms.max() <= _NEVER_UNDER:
        return np.zeros(len(rms), dtype=np.bool_)
    loud = np.percentile(rms[rms > _NEVER_UNDER], 90)
    return np.asarray(rms > max(_NEVER_UNDER, loud * _BELOW_LOUD))


def curve(key: NDArray[np.bool_], by_db: float) -> NDArray[np.float32]:
    """Give the gain in dB for each step: down a moment before the key is heard, up again when it has been silent."""
    ahead, hold = round(_AHEAD_S / _STEP_S), round(_HOLD_S / _STEP_S)
    changes = np.concatenate(([0], np.cumsum(np.pad(key, (hold, ahead)))))
    active = changes[ahead + hold + 1 :] > changes[: -(ahead + hold + 1)]
    down, up = 1 - np.exp(-_STEP_S / (_ATTACK_S / 2.2)), 1 - np.exp(-_STEP_S / (_RELEASE_S / 2.2))
    gain, depth = np.empty(len(key), dtype=np.float32), 0.0
    for index, ducked in enumerate(active.tolist()):
        target = -by_db if ducked else 0.0
        depth += (target - depth) * (down if target < depth else up)
        gain[index] = depth
    return gain
