"""The room that the music is played in: reverberation by convolution with decaying noise."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from mediamill_media.audio.signal import RATE, Sound, Tick

_BLOCK = 1 << 18
_PREDELAY_S = 0.018
_BANDS = ((90.0, 500.0, 2.2), (500.0, 2500.0, 1.8), (2500.0, 9000.0, 0.9))
"""Lowest and highest frequency in Hz, and the seconds in which that band falls by 60 dB."""


@cache
def _response() -> NDArray[np.complex64]:
    """Give the room's spectrum for both ears: independent noise, its treble dying first."""
    length = round(2.4 * RATE)
    chance = np.random.default_rng(11)
    time = np.arange(length) / RATE
    hertz = np.fft.rfftfreq(length, 1 / RATE)
    noise = np.zeros((length, 2))
    for lowest, highest, seconds in _BANDS:
        spectrum = np.fft.rfft(chance.standard_normal((length, 2)), axis=0)
        spectrum *= (1 / (1 + (lowest / np.maximum(hertz, 1)) ** 4) / (1 + (hertz / highest) ** 4))[:, None]
        noise += np.fft.irfft(spectrum, length, axis=0) * np.exp(-6.9 * time / seconds)[:, None]
    noise *= (np.clip(time / 0.004, 0, 1) * np.clip((time[-1] - time) / 0.2, 0, 1))[:, None]
    noise /= np.sqrt(np.square(noise).sum(axis=0))
    early = np.pad(noise, ((round(_PREDELAY_S * RATE), 0), (0, 0)))
    return np.fft.rfft(early, _BLOCK, axis=0).astype(np.complex64)


def reverberate(send: Sound, bus: Sound, air: float, tick: Tick) -> None:
    """Add the room's answer to a mono send to the stereo bus."""
    hop = _BLOCK // 2
    response = _response() * np.float32(air)
    for start in range(0, len(send), hop):
        tick()
        spectrum = np.fft.rfft(send[start : start + hop, 0], _BLOCK)
        answer = np.fft.irfft(spectrum[:, None] * response, _BLOCK, axis=0)
        end = min(len(bus), start + _BLOCK)
        bus[start:end] += answer[: end - start].astype(np.float32)
