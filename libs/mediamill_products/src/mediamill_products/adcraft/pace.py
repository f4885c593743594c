"""When everything happens in the films of a campaign: a pure calculation on the lengths of what is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mediamill_products.filming.storyboard import Shot, on_grid

OPENING_S = 0.3
"""Before the first word of the film: an ad does not keep anybody waiting."""
CROSSFADE_S = 0.4
BREATH_S = 0.15
"""Between the end of a cross-fade and the first word."""
TAIL_S = 0.3
"""Between the last word of a scene and the next cross-fade."""
END_TAIL_S = 1.2
"""How long the end card stands after its words, so that they can be read."""
END_LEAST_S, END_MOST_S = 2.6, 6.0
MOST_REST_S = 1.5
"""How much longer than its words a scene stands where a film would be too short."""
WORDS_A_SECOND = 2.75
"""How fast a voice reads at speed 1."""
FASTEST = 1.2


class Board(NamedTuple):
    """One film on its clock: its scenes, and its end card."""

    shots: tuple[Shot, ...]
    end: Shot

    @property
    def length_s(self) -> float:
        """How long the film is."""
        return self.end.end_s


class Lengths(NamedTuple):
    """How long is said what, in seconds: the ways to begin, the scenes after that, the call to action."""

    hooks: Sequence[float]
    scenes: Sequence[float]
    call: float


def speed_for(words: int, seconds: float) -> float:
    """Give how fast a voice has to read so many words in so many seconds, within what is pleasant to hear."""
    return round(min(FASTEST, max(1.0, words / WORDS_A_SECOND / max(1.0, seconds))), 2)


def boards(lengths: Lengths, seconds: float, fps: int) -> list[Board]:
    """Place the shots of each variant. Shared scenes are as long in all of them, so that their clips can be the same.

    What a film is shorter than asked for goes to its scenes first, by the variant that talks longest, then to its end
    card.
    """
    longest = max(lengths.hooks)
    bare = _board((longest, *lengths.scenes), lengths.call, 0.0, 0.0, fps)
    rest = min(MOST_REST_S, max(0.0, seconds - bare.length_s) / (1 + len(lengths.scenes)))
    return [_board((hook, *lengths.scenes), lengths.call, rest, seconds, fps) for hook in lengths.hooks]


def _board(speeches: Sequence[float], call: float, rest: float, seconds: float, fps: int) -> Board:
    shots: list[Shot] = []
    start = 0.0
    for index, speech in enumerate(speeches):
        lead = OPENING_S if index == 0 else CROSSFADE_S + BREATH_S
        length = on_grid(lead + speech + TAIL_S + rest + CROSSFADE_S, fps)
        shots.append(Shot(start, length, round(start + lead, 3)))
        start = on_grid(start + length - CROSSFADE_S, fps)
    lead = CROSSFADE_S + BREATH_S
    least = max(END_LEAST_S, lead + call + END_TAIL_S)
    length = on_grid(max(least, min(END_MOST_S, seconds - start)), fps)
    return Board(tuple(shots), Shot(start, length, round(start + lead, 3)))
