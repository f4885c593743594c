"""The voices: one speaker, and ways to change who it seems to be."""

from __future__ import annotations

from typing import NamedTuple


class Manner(NamedTuple):
    """How a voice differs from the natural one.

    ``size`` scales everything that comes from a body's size, pitch and formants alike; ``pitch`` scales the pitch
    alone; ``liveliness`` stretches the melody around its middle; ``pace`` is the speed of speaking.
    """

    size: float = 1.0
    pitch: float = 1.0
    liveliness: float = 1.0
    pace: float = 1.0


VOICES: dict[str, Manner] = {
    "heart": Manner(),
    "bright": Manner(size=1.07, pitch=1.06, liveliness=1.2, pace=1.04),
    "warm": Manner(size=0.95, pitch=0.93, liveliness=0.95, pace=0.97),
    "narrator": Manner(size=0.9, pitch=0.86, liveliness=1.1, pace=0.92),
    "deep": Manner(size=0.84, pitch=0.72, liveliness=0.95, pace=0.97),
    "child": Manner(size=1.18, pitch=1.16, liveliness=1.15, pace=0.97),
}
