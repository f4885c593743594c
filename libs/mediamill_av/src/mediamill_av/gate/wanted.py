"""What a result must be, as values; whoever makes it knows them before it is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from mediamill_av.captions import Line

Levels = npt.NDArray[np.float64]
"""Loudness of a sound every ten milliseconds, in dB below full scale."""


class Suspect(NamedTuple):
    """A span where nothing is seen to move, or nothing is seen at all, in seconds."""

    what: Literal["frozen", "black"]
    start_s: float
    end_s: float


def never(suspect: Suspect) -> bool:
    """Excuse nothing: whatever is wanted moves all the time."""
    return False


@dataclass(frozen=True)
class PictureWanted:
    """The picture of a result; it lasts ``frames`` frames."""

    size: tuple[int, int]
    fps: float
    frames: int
    is_excused: Callable[[Suspect], bool] = never
    """Tells of a suspicious span whether what the result is made of is like that too."""
    burned: Sequence[Line] = ()
    """Captions that must be seen in the picture."""

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.frames / self.fps


@dataclass(frozen=True)
class SoundWanted:
    """The sound of a result."""

    levels: Levels
    lufs: float | None = None
    """Its loudness; ``None`` where that is nobody's concern."""
    most_peak_db: float = 0.0


@dataclass(frozen=True)
class Wanted:
    """All that a file must hold, and nothing else."""

    what: str
    picture: PictureWanted | None = None
    sound: SoundWanted | None = None
    captions: Sequence[Line] = field(default=())
    """Captions that must be in a track of their own."""
