"""Watches frames on their way into the recorder, so that the recording can be told from what it should be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from mediamill_av.gate.looking import ACROSS, DOWN, STILL, Pixels, differ, is_black
from mediamill_av.gate.wanted import PictureWanted, Suspect, Wanted
from mediamill_av.record import Reel


class Watched:
    """Frames of YUV 4:2:0 that are remembered, small and once a second, while they pass."""

    def __init__(self, reel: Reel) -> None:
        self._reel = reel
        self._seen: list[Pixels] = []

    def through(self, frames: Iterable[Pixels]) -> Iterator[Pixels]:
        """Give the frames as they are."""
        width, height = self._reel.size
        rows, columns = np.linspace(0, height - 1, DOWN).astype(int), np.linspace(0, width - 1, ACROSS).astype(int)
        for number, frame in enumerate(frames):
            if number % self._reel.fps == 0:
                luma = frame.reshape(-1)[: width * height].reshape(height, width)
                self._seen.append(luma[rows[:, None], columns])
            yield frame

    def wanted(self, what: str) -> Wanted:
        """Give what the recording must be."""
        return Wanted(what, PictureWanted(self._reel.size, self._reel.fps, self._reel.frames, self._is_excused))

    def _is_excused(self, suspect: Suspect) -> bool:
        first, last = self._at(suspect.start_s), self._at(suspect.end_s)
        return is_black(first) if suspect.what == "black" else differ(first, last) < 1.6 * STILL

    def _at(self, seconds: float) -> Pixels:
        return self._seen[min(len(self._seen) - 1, round(seconds))]
