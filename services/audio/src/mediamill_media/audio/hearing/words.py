"""What a model heard, made into words with times that hold, and words into sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mediamill_media.audio.contract import HeardWord, Sentence

LATE_START_S, LATE_END_S = 0.08, 0.06
"""So much later than they are heard Whisper tells that words begin and end: measured on our own voice, which knows."""
_TOGETHER_S = 0.05
_BREATH_S, _LETTER_S = 0.12, 0.09
"""How long a word takes at most that is said slowly: what is longer holds the pause before it."""
_LONGEST_S, _LONGEST_PAUSE_S = 12.0, 1.2
_STOPS = (".", "!", "?", "…")
_CLOSERS = "\"'”’)]}"


class Said(NamedTuple):
    """A word as a model tells it, with the space before it, and from when to when it is heard, in seconds."""

    text: str
    start_s: float
    end_s: float
    sureness: float | None = None
    """From 0 to 1, if the model tells it."""


def whole(said: Iterable[Said]) -> list[Said]:
    """Give whole words: what a model tells without a space before it belongs to the word before."""
    words: list[Said] = []
    for one in said:
        if words and not one.text[:1].isspace():
            before = words[-1]
            words[-1] = before._replace(text=before.text + one.text, end_s=max(before.end_s, one.end_s))
        elif one.text.strip():
            words.append(one._replace(text=one.text.strip()))
    return words


def on_time(words: Sequence[Said]) -> list[Said]:
    """Correct by how much the model is late, and where it lets a word begin in the pause before it."""
    corrected: list[Said] = []
    before = 0.0
    for word in words:
        is_first = word.start_s - before > _TOGETHER_S or not corrected
        end = max(word.end_s - LATE_END_S, 0.02)
        begin = word.start_s - LATE_START_S
        if is_first:
            begin = max(begin, end - _BREATH_S - _LETTER_S * len(word.text))
        corrected.append(word._replace(start_s=max(0.0, begin), end_s=end))
        before = word.end_s
    return corrected


def told(words: Sequence[Said], length_s: float) -> tuple[HeardWord, ...]:
    """Give the words in order, inside the recording and without overlaps, however a model or a vendor timed them."""
    made: list[HeardWord] = []
    ends = [*(word.start_s for word in words), length_s][1:]
    now = 0.0
    for word, following in zip(words, ends, strict=True):
        start = min(max(word.start_s, now), length_s)
        end = min(max(word.end_s, start), max(following, start), length_s)
        sureness = None if word.sureness is None else round(min(1.0, max(0.0, word.sureness)), 3)
        made.append(HeardWord(text=word.text, start_s=round(start, 3), end_s=round(end, 3), sureness=sureness))
        now = end
    return tuple(made)


def sentences(words: Sequence[HeardWord]) -> tuple[Sentence, ...]:
    """Put words together that are said in one breath: up to a full stop, a long pause, or twelve seconds."""
    groups: list[list[HeardWord]] = []
    for word in words:
        if groups and not _ends(groups[-1], word):
            groups[-1].append(word)
        else:
            groups.append([word])
    return tuple(
        Sentence(text=" ".join(word.text for word in group), start_s=group[0].start_s, end_s=group[-1].end_s)
        for group in groups
    )


def _ends(group: Sequence[HeardWord], word: HeardWord) -> bool:
    last = group[-1]
    is_told = last.text.rstrip(_CLOSERS).endswith(_STOPS)
    return is_told or word.start_s - last.end_s > _LONGEST_PAUSE_S or word.end_s - group[0].start_s > _LONGEST_S
