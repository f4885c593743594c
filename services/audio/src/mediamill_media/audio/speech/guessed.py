"""When each word of somebody else's recording is heard: judged by its pauses and by how long words are to say.

The voice of this machine knows; a vendor's does not tell. What can be heard without understanding is where nobody
speaks. The time in which somebody does is shared among the words by their length, and what stands at commas and full
stops is then moved to the pause that is nearest in this reckoning.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mediamill_media.audio.signal import RATE
from mediamill_media.audio.speech.timing import Span

Mono = NDArray[np.float32]

_FRAME = RATE // 100
_FRAME_S = 0.01
_AUDIBLE = 10 ** (-38 / 20)
"""Below the loud parts of a recording by so much, nobody speaks."""
_BREATHLESS_S = 0.09
"""A shorter silence is inside a word: the closure before a t or a k."""
_FARTHEST_S = 0.8
"""A pause farther from a comma than this is another one's."""
_SENTENCE, _CLAUSE = ".!?…", ",;:—–"
_CLOSERS = "\"'”’)]}"


class Pause(NamedTuple):
    """A silence between words."""

    heard_before: float
    """How many seconds of speech come before it."""
    seconds: float


class Reckoning(NamedTuple):
    """A recording, reckoned in seconds of speech instead of seconds."""

    heard: NDArray[np.float64]
    """The seconds of speech up to the end of each frame."""
    pauses: list[Pause]


def guess(samples: Mono, words: Sequence[str]) -> list[Span]:
    """Give each word the time in which it is likely heard, in order and without overlaps."""
    recording = _reckon(samples)
    ends = np.cumsum([_length(word) for word in words])
    ends *= recording.heard[-1] / ends[-1]
    moved = np.interp(ends, *_anchors(ends, words, recording))
    begins = np.concatenate(([0.0], moved[:-1]))
    return [
        Span(word, _time(recording, begin, "right"), _time(recording, end, "left"))
        for word, begin, end in zip(words, begins, moved, strict=True)
    ]


def _reckon(samples: Mono) -> Reckoning:
    frames = samples[: max(_FRAME, len(samples) // _FRAME * _FRAME)]
    frames = np.pad(frames, (0, -len(frames) % _FRAME)).reshape(-1, _FRAME)
    level = np.sqrt(np.square(frames, dtype=np.float64).mean(axis=1))
    loud = level > np.percentile(level, 95) * _AUDIBLE
    if not loud.any():
        loud[:] = True
    first, last = np.flatnonzero(loud)[[0, -1]]
    silences = [run for run in _silent_runs(loud, first, last) if (run[1] - run[0]) * _FRAME_S >= _BREATHLESS_S]
    spoken = np.zeros(len(loud))
    spoken[first : last + 1] = _FRAME_S
    for begin, end in silences:
        spoken[begin:end] = 0.0
    heard = np.cumsum(spoken)
    return Reckoning(heard, [Pause(float(heard[begin]), (end - begin) * _FRAME_S) for begin, end in silences])


def _silent_runs(loud: NDArray[np.bool_], first: int, last: int) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(loud[first : last + 1].astype(np.int8))) + first + 1
    return [(int(begin), int(end)) for begin, end in zip(edges[::2], edges[1::2], strict=True)]


def _length(word: str) -> float:
    """Tell how long a word takes, in letters: a figure is a word of its own, and a lone dash is not said."""
    said = [3.5 if symbol.isdigit() else 1.0 for symbol in word if symbol.isalnum() or symbol == "%"]
    return 1.2 + sum(said) if said else 0.0


def _anchors(
    ends: NDArray[np.float64], words: Sequence[str], recording: Reckoning
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give where the words that a pause follows should end, and where the pauses are: the best pairs in one order."""
    stops = [(float(end), _weight(word)) for end, word in zip(ends[:-1], words[:-1], strict=True) if _weight(word)]
    best = np.zeros((len(stops) + 1, len(recording.pauses) + 1))
    for i, (end, weight) in enumerate(stops):
        for j, pause in enumerate(recording.pauses):
            pair = best[i, j] + _gain(end, weight, pause)
            best[i + 1, j + 1] = max(best[i, j + 1], best[i + 1, j], pair)
    pairs: list[tuple[float, float]] = []
    i, j = len(stops), len(recording.pauses)
    while i and j:
        if best[i, j] == best[i - 1, j]:
            i -= 1
        elif best[i, j] == best[i, j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((stops[i][0], recording.pauses[j].heard_before))
    known = [(0.0, 0.0), *reversed(pairs), (float(ends[-1]), float(recording.heard[-1]))]
    reckoned, told = np.array(known).T
    return reckoned, told


def _gain(end: float, weight: float, pause: Pause) -> float:
    """Tell how well a stop and a pause go together: near each other, and a long pause at a full stop."""
    distance = abs(end - pause.heard_before)
    return max(0.0, (_FARTHEST_S - distance) * (weight + min(pause.seconds, 0.6)))


def _weight(word: str) -> float:
    """Tell how surely a pause follows a word."""
    end = word.rstrip(_CLOSERS)[-1:]
    return 1.0 if end and end in _SENTENCE else 0.5 if end and end in _CLAUSE else 0.0


def _time(recording: Reckoning, heard: float, side: str) -> float:
    """Give the time at which so much was heard: before the pause that is there, or after it."""
    slack = 1e-6 if side == "right" else -1e-6
    frame = int(np.searchsorted(recording.heard, heard + slack))
    frame = min(frame, len(recording.heard) - 1)
    before = float(recording.heard[frame - 1]) if frame else 0.0
    return round((frame + max(0.0, min(1.0, (heard - before) / _FRAME_S))) * _FRAME_S, 3)
