"""How well speech is understood, and whether captions come with the words."""

from __future__ import annotations

import re
from collections.abc import Sequence

NOT_HEARD_S = 9.0
_CUE = re.compile(r"([\d:.]+) --> [^\n]*\n(\S+)")


def letters(text: str) -> list[str]:
    """Give the words of a text as they sound: without case, hyphens and marks."""
    return re.sub(r"[^a-z0-9 ]", "", text.lower().replace("-", " ")).split()


def errors(said: Sequence[str], understood: Sequence[str]) -> int:
    """Count how many words were missed, added or mistaken (Levenshtein's distance of words)."""
    row = list(range(len(understood) + 1))
    for count, word in enumerate(said, start=1):
        before, row[0] = row[0], count
        for column, other in enumerate(understood, start=1):
            before, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, before + (word != other))
    return row[-1]


def late_s(captions: str, begins: Sequence[tuple[float, str]]) -> list[float]:
    """Give for each cue of a WebVTT text how far from its begin its first word is heard, in seconds."""
    return [_off_by(seconds(at), word, begins) for at, word in _CUE.findall(captions)]


def seconds(stamp: str) -> float:
    """Read a time of a WebVTT text."""
    total = 0.0
    for part in stamp.split(":"):
        total = total * 60 + float(part)
    return total


def _off_by(at: float, word: str, begins: Sequence[tuple[float, str]]) -> float:
    return min((abs(begin - at) for begin, heard in begins if letters(heard) == letters(word)), default=NOT_HEARD_S)
