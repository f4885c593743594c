"""Cuts a long recording where it is quietest, so that no model has to hold all of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mediamill_media.audio.signal import Sound

RATE = 16_000
"""Samples a second of what is listened to."""
LONGEST_S, SHORTEST_S = 240, 180
_FRAME = RATE // 5


def portions(samples: Sound) -> Iterator[tuple[float, Sound]]:
    """Give each portion of a mono sound with the second at which it begins."""
    begin = 0
    while len(samples) - begin > LONGEST_S * RATE:
        window = np.asarray(samples[begin + SHORTEST_S * RATE : begin + LONGEST_S * RATE])
        levels = np.square(window.reshape(-1, _FRAME), dtype=np.float64).mean(axis=1)
        end = begin + SHORTEST_S * RATE + int(levels.argmin()) * _FRAME + _FRAME // 2
        yield begin / RATE, np.asarray(samples[begin:end])
        begin = end
    yield begin / RATE, np.asarray(samples[begin:])
