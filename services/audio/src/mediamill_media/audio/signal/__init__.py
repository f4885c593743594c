"""Sound as arrays: 48 kHz float32, shaped (samples, channels)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
"""Samples a second of everything that this queue makes."""

Sound: TypeAlias = NDArray[np.float32]
"""Samples by channels, full scale at ±1; may be a memory map, so that ten minutes cost no memory."""

Tick: TypeAlias = Callable[[], None]
"""Called every fraction of a second of work; raises when nobody wants the result any more."""


def no_tick() -> None:
    """Let the work go on."""
