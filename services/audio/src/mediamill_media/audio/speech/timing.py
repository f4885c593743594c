"""From the ends of single phonemes to the times of words and of audible phonemes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_STRESS = "ˈˌ"
_PROLONGING = "\u02d0\u0303ʰʲ"
_SILENT = frozenset(';:,.!?—…"()“” ')


class Span(NamedTuple):
    """Something heard from ``start`` to ``end`` seconds."""

    text: str
    start: float
    end: float

    def later(self, seconds: float) -> Span:
        """Give the same, moved."""
        return Span(self.text, self.start + seconds, self.end + seconds)


def spoken_words(phonemes: str, bounds: NDArray[np.float64]) -> list[Span]:
    """Give each spoken word with its time, without the pauses of the punctuation that stands at it."""
    spans, begin = [], 0
    for part in phonemes.split(" "):
        heard = [begin + at for at, symbol in enumerate(part) if symbol not in _SILENT]
        first, last = (heard[0], heard[-1]) if heard else (begin, begin + max(len(part) - 1, 0))
        if part:
            spans.append(Span(part, float(bounds[first]), float(bounds[last + 1])))
        begin += len(part) + 1
    return spans


def audible(phonemes: str, bounds: NDArray[np.float64]) -> list[Span]:
    """Give each phoneme with its time; a stress mark's time goes to the next one, a length mark's to the one before."""
    spans: list[Span] = []
    start: float | None = None
    for at, symbol in enumerate(phonemes):
        begin = float(bounds[at]) if start is None else start
        end = float(bounds[at + 1])
        start = begin if symbol in _STRESS else None
        if symbol in _PROLONGING and spans:
            spans[-1] = Span(spans[-1].text + symbol, spans[-1].start, end)
        elif symbol not in _SILENT and symbol not in _STRESS:
            spans.append(Span(symbol, begin, end))
    return spans


def written_words(words: Sequence[str], spoken: Sequence[Span], owner: Sequence[int]) -> list[Span]:
    """Give each written word the time of its spoken ones; one without any gets the instant after its predecessor."""
    spans: list[Span] = []
    now = spoken[0].start if spoken else 0.0
    for index, word in enumerate(words):
        own = [span for span, whose in zip(spoken, owner, strict=True) if whose == index]
        start, end = (own[0].start, own[-1].end) if own else (now, now)
        start = max(start, now)
        now = max(end, start)
        spans.append(Span(word, start, now))
    return spans
