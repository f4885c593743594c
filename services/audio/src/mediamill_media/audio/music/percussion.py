"""Light percussion."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from mediamill_media.audio.music.instruments import Instrument, Wave
from mediamill_media.audio.signal import RATE


def _drop(from_hz: float, to_hz: float, fall_s: float, decay_s: float, level: float) -> Wave:
    """Give a skin that is struck: a tone that falls and dies away."""
    time = np.arange(round(decay_s * RATE)) / RATE
    turns = to_hz * time + (from_hz - to_hz) * fall_s * (1 - np.exp(-time / fall_s))
    sound = np.sin(2 * np.pi * turns) * np.exp(-time * 6.9 / decay_s)
    sound *= np.clip(time / 0.003, 0, 1) * np.clip((decay_s - time) / 0.02, 0, 1)
    return np.asarray(sound * level, dtype=np.float32)


def _grains(lowest_hz: float, attack_s: float, decay_s: float, level: float) -> Wave:
    """Give a short breath of high noise, the same each time."""
    count = round((attack_s + decay_s) * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(7).standard_normal(count))
    hertz = np.fft.rfftfreq(count, 1 / RATE)
    spectrum *= 1 / (1 + (lowest_hz / np.maximum(hertz, 1)) ** 4) / (1 + (hertz / 13_000) ** 2)
    time = np.arange(count) / RATE
    sound = np.fft.irfft(spectrum, count)
    sound *= np.clip(time / attack_s, 0, 1) * np.exp(-np.maximum(time - attack_s, 0) * 6.9 / decay_s)
    return np.asarray(sound / np.abs(sound).max() * level, dtype=np.float32)


_HITS: dict[str, Callable[[], Wave]] = {
    "kick": lambda: _drop(110, 48, 0.03, 0.35, 0.3),
    "tom": lambda: _drop(150, 95, 0.05, 0.4, 0.2),
    "shaker": lambda: _grains(5000, 0.02, 0.09, 0.12),
    "tick": lambda: _grains(7500, 0.001, 0.05, 0.10),
    "rim": lambda: (
        _drop(900, 420, 0.008, 0.07, 0.12) + np.pad(_grains(2000, 0.001, 0.03, 0.05), (0, round(0.039 * RATE)))
    ),
}

PLACES: dict[str, Instrument] = {
    "kick": Instrument(layers=(), level=1, room=0.05),
    "tom": Instrument(layers=(), level=1, pan=-0.2, room=0.3),
    "shaker": Instrument(layers=(), level=1, pan=0.4, room=0.15),
    "tick": Instrument(layers=(), level=1, pan=-0.4, room=0.15),
    "rim": Instrument(layers=(), level=1, pan=0.2, room=0.25),
}
"""Where each stands in the room."""


@cache
def hit(name: str) -> Wave:
    """Give one hit."""
    return _HITS[name]()
