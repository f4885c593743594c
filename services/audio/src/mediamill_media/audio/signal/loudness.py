"""Integrated loudness by ITU-R BS.1770-4, in blocks, without a loop over samples.

The K-weighting filter is applied in the frequency domain: its memory is far shorter than the history that each block
carries, so the result is that of the recursive filter.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mediamill_media.audio.signal import RATE, Sound, Tick, no_tick
from mediamill_media.audio.signal.files import let_go

SILENCE_LUFS = -70.0
"""What is told of a sound with nothing above the absolute gate."""

_HISTORY = 8192
_BLOCK = 1 << 17
_STEP = RATE // 10
_SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
_HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))


def _k_weighting(size: int) -> NDArray[np.complex64]:
    """Give the filter's response at the bins of a real FFT of ``size`` samples."""
    delay = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    response = np.ones(len(delay), dtype=np.complex128)
    for numerator, denominator in (_SHELF, _HIGH_PASS):
        response *= np.polyval(numerator[::-1], delay) / np.polyval(denominator[::-1], delay)
    return response.astype(np.complex64)


_RESPONSE = _k_weighting(_BLOCK)


def _step_powers(sound: Sound, tick: Tick) -> NDArray[np.float64]:
    """Give the K-weighted power of every 100 ms, summed over channels."""
    hop = (_BLOCK - _HISTORY) // _STEP * _STEP
    powers = []
    for start in range(0, len(sound), hop):
        tick()
        piece = np.zeros((_BLOCK, sound.shape[1]), dtype=np.float32)
        begin = max(0, start - _HISTORY)
        end = min(len(sound), start + hop)
        piece[_HISTORY - (start - begin) : _HISTORY + end - start] = sound[begin:end]
        weighted = np.fft.irfft(np.fft.rfft(piece, axis=0) * _RESPONSE[:, None], _BLOCK, axis=0)
        fresh = weighted[_HISTORY : _HISTORY + (end - start) // _STEP * _STEP]
        powers.append(np.square(fresh).reshape(-1, _STEP * sound.shape[1]).sum(axis=1) / _STEP)
        let_go(sound)
    return np.concatenate(powers).astype(np.float64)


def _decibels(power: float) -> float:
    """Turn a K-weighted power into LUFS."""
    return float(-0.691 + 10 * np.log10(max(power, 1e-12)))


def measure(sound: Sound, tick: Tick = no_tick) -> float:
    """Give the integrated loudness in LUFS; a sound shorter than one gating block counts as padded with silence."""
    if len(sound) < 4 * _STEP:
        sound = np.pad(sound, ((0, 4 * _STEP - len(sound)), (0, 0)))
    powers = _step_powers(sound, tick)
    blocks = np.convolve(powers, np.full(4, 0.25), mode="valid")
    heard = blocks[blocks > 10 ** ((SILENCE_LUFS + 0.691) / 10)]
    if not len(heard):
        return SILENCE_LUFS
    gate = heard.mean() / 10
    return _decibels(float(heard[heard > gate].mean()))
