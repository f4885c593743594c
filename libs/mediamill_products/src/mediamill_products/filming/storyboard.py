"""When everything happens in a film: a pure calculation on the lengths of its narrations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mediamill_products.filming.reads import Word

CROSSFADE_S = 0.6
TITLE_S = 2.4
"""How long the title stands before anybody speaks."""
BREATH_S = 0.35
"""Between the end of a cross-fade and the first word."""
TAIL_S = 0.7
"""Between the last word of a scene and the next cross-fade."""
ENDING_S = 1.6
"""After the last word of the film."""
_LONGEST_TICK_S = 0.25


@dataclass(frozen=True)
class Shot:
    """One scene on the film's clock, in seconds."""

    start_s: float
    length_s: float
    speech_at_s: float

    @property
    def end_s(self) -> float:
        """When it has gone."""
        return self.start_s + self.length_s


def storyboard(speeches_s: Sequence[float], fps: int, opening_s: float = TITLE_S) -> list[Shot]:
    """Place a shot for each narration: shots overlap by the cross-fade and begin and end on frames.

    ``opening_s`` is how long the first picture stands before anybody speaks.
    """
    shots: list[Shot] = []
    start, step = 0.0, tick_s(fps)
    for index, speech_s in enumerate(speeches_s):
        lead = opening_s if index == 0 else CROSSFADE_S + BREATH_S
        is_last = index == len(speeches_s) - 1
        tail = ENDING_S if is_last else TAIL_S + CROSSFADE_S
        length = on_grid(lead + speech_s + tail, fps)
        following = round(math.ceil((start + length - CROSSFADE_S) / step - 1e-6) * step, 6)
        if not is_last:
            length = on_grid(following - start + CROSSFADE_S, fps)
        shots.append(Shot(start_s=start, length_s=length, speech_at_s=round(start + lead, 3)))
        start = following
    return shots


def tick_s(fps: int) -> float:
    """Give the least time that is a whole number of frames and of centiseconds, or a frame where that is too long.

    Scenes begin on these: then a scene that comes later than in another film has its words on the same frames, and
    is known again.
    """
    tick = 1 / math.gcd(fps, 100)
    return tick if tick <= _LONGEST_TICK_S else 1 / fps


def on_grid(seconds: float, fps: int) -> float:
    """Give the nearest time at which a frame begins."""
    return round(round(seconds * fps) / fps, 6)


def shifted(words: Sequence[Word], by_s: float) -> list[dict[str, float | str]]:
    """Give words with their times on the film's clock."""
    return [
        {"text": word.text, "start_s": round(word.start_s + by_s, 3), "end_s": round(word.end_s + by_s, 3)}
        for word in words
    ]
