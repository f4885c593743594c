"""The orchestra: each instrument is a few layers of a wave that is repeated, shaped and left to decay."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mediamill_media.audio.signal import RATE

Wave = NDArray[np.float32]

_TABLE = 4096
_HIGHEST_HZ = 16_000.0


class Layer(NamedTuple):
    """A wave of an instrument: its partials, and how it lives."""

    partials: tuple[float, ...]
    """Level of the first, second, … harmonic."""
    level: float = 1.0
    ratio: float = 1.0
    """Its pitch as a multiple of the note's."""
    decay_s: float = 0.0
    """Time to fall by 60 dB; 0 holds the level until the note ends."""


class Instrument(NamedTuple):
    """Layers, and how a note begins and ends."""

    layers: tuple[Layer, ...]
    level: float
    attack_s: float = 0.004
    release_s: float = 0.25
    rings: bool = True
    """Whether a note sounds on after its length, as plucked and struck ones do."""
    vibrato_hz: float = 0.0
    noise: float = 0.0
    pan: float = 0.0
    width: float = 0.0
    room: float = 0.25


def _falling(count: int, power: float) -> tuple[float, ...]:
    """Give partials that fall as a power of their number."""
    return tuple(1 / number**power for number in range(1, count + 1))


ORCHESTRA: dict[str, Instrument] = {
    "pad": Instrument(
        layers=(
            Layer(_falling(9, 1.55), 0.5, 0.9975),
            Layer(_falling(9, 1.55), 0.5, 1.0025),
            Layer((1.0, 0.3), 0.35, 2.0012),
        ),
        level=0.085, attack_s=0.9, release_s=1.1, width=0.8, room=0.4, rings=False,
    ),
    "bass": Instrument(
        layers=(Layer((1.0, 0.35, 0.1), 1.0, decay_s=4.0), Layer(_falling(8, 1.3), 0.25, decay_s=0.5)),
        level=0.21, attack_s=0.008, release_s=0.12, room=0.04, rings=False,
    ),
    "harp": Instrument(
        layers=(Layer(_falling(5, 1.6), 0.8, decay_s=2.4), Layer(_falling(16, 0.8), 0.5, decay_s=0.6)),
        level=0.11, pan=-0.35, room=0.35,
    ),
    "guitar": Instrument(
        layers=(Layer(_falling(5, 1.5), 0.7, decay_s=1.5), Layer((0.4, 0.8, 1, 0.9, 0.8, 0.7), 0.45, decay_s=0.5)),
        level=0.11, pan=-0.3, room=0.15,
    ),
    "pizzicato": Instrument(
        layers=(Layer(_falling(6, 1.4), 0.8, decay_s=0.55), Layer(_falling(16, 0.7), 0.45, decay_s=0.25)),
        level=0.15, pan=-0.3, room=0.3,
    ),
    "glass": Instrument(
        layers=(Layer((1.0, 0.1), 0.8, decay_s=1.6), Layer((1.0,), 0.3, 3.01, 0.9), Layer((1.0,), 0.16, 5.4, 0.4)),
        level=0.10, attack_s=0.006, pan=0.35, room=0.35,
    ),
    "vibraphone": Instrument(
        layers=(Layer((1.0,), 1.0, decay_s=3.2), Layer((1.0,), 0.3, 4.0, 1.2), Layer((1.0,), 0.12, 9.9, 0.35)),
        level=0.16, attack_s=0.006, pan=0.2, room=0.4,
    ),
    "celesta": Instrument(
        layers=(Layer((1.0, 0.12), 1.0, decay_s=2.4), Layer((1.0,), 0.3, 4.01, 0.7), Layer((1.0,), 0.1, 6.8, 0.2)),
        level=0.13, pan=0.2, room=0.5,
    ),
    "marimba": Instrument(
        layers=(Layer((1.0,), 1.0, decay_s=0.9), Layer((1.0,), 0.5, 4.0, 0.3), Layer((1.0,), 0.3, 9.2, 0.12)),
        level=0.2, attack_s=0.003, pan=0.15, room=0.2,
    ),
    "electric": Instrument(
        layers=(
            Layer((1.0, 0.25, 0.06), 0.9, decay_s=2.2),
            Layer((1.0,), 0.35, 7.0, 0.4),
            Layer((1.0,), 0.2, 1.003, 2.2),
        ),
        level=0.15, attack_s=0.005, pan=0.15, room=0.25,
    ),
    "flute": Instrument(
        layers=(Layer((1.0, 0.45, 0.28, 0.14, 0.08, 0.04), 1.0),),
        level=0.11, attack_s=0.07, release_s=0.14, vibrato_hz=5.2, noise=0.02, pan=0.1, room=0.4, rings=False,
    ),
}  # fmt: skip


@cache
def _table(partials: tuple[float, ...]) -> Wave:
    """Draw one period, the peak at 1, with one more point so that reading between points needs no wrap."""
    turn = np.arange(_TABLE + 1) * (2 * np.pi / _TABLE)
    wave = sum(level * np.sin(number * turn) for number, level in enumerate(partials, start=1))
    return np.asarray(wave / np.abs(wave).max(), dtype=np.float32)


def _read(layer: Layer, hertz: float, time: NDArray[np.float64], bend: NDArray[np.float64] | float) -> Wave:
    """Repeat a layer's period at a pitch; partials that would fold back are left out."""
    fitting = max(1, int(_HIGHEST_HZ / (hertz * layer.ratio)))
    phase = (time + bend) * (hertz * layer.ratio)
    place = (phase - np.floor(phase)) * _TABLE
    wave: Wave = _table(layer.partials[:fitting])[place.astype(np.int32)]
    return wave


def play(instrument: Instrument, pitch: int, seconds: float) -> Wave:
    """Give the sound of one note at full level, from nothing to nothing."""
    hertz = 440.0 * 2 ** ((pitch - 69) / 12)
    longest = max(layer.decay_s for layer in instrument.layers)
    length = max(seconds, longest * 0.8) if instrument.rings else seconds + instrument.release_s
    time = np.arange(round(length * RATE)) / RATE
    bend: NDArray[np.float64] | float = 0.0
    if instrument.vibrato_hz:
        depth = np.clip(time / 0.5 - 0.4, 0, 1) * (0.004 / (2 * np.pi * instrument.vibrato_hz))
        bend = depth * np.sin(2 * np.pi * instrument.vibrato_hz * time)
    sound = np.zeros(len(time), dtype=np.float32)
    for layer in instrument.layers:
        wave = _read(layer, hertz, time, bend) * np.float32(layer.level)
        if layer.decay_s:
            wave *= np.exp(time * (-6.9 / layer.decay_s)).astype(np.float32)
        sound += wave
    if instrument.noise:
        sound += np.random.default_rng(pitch).standard_normal(len(time), dtype=np.float32) * np.float32(
            instrument.noise
        )
    return _shaped(sound, instrument) * np.float32(instrument.level)


def _shaped(sound: Wave, instrument: Instrument) -> Wave:
    """Let a note begin and end without a click."""
    attack = min(len(sound) // 2, max(2, round(instrument.attack_s * RATE)))
    release = min(len(sound) - attack, max(2, round(instrument.release_s * RATE)))
    sound[:attack] *= np.square(np.sin(np.linspace(0, np.pi / 2, attack, dtype=np.float32)))
    sound[-release:] *= np.square(np.cos(np.linspace(0, np.pi / 2, release, dtype=np.float32)))
    return sound
