"""A text as sentences: what is said in one breath, and the silence after it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

PARAGRAPH_S, SENTENCE_S, CLAUSE_S = 0.75, 0.38, 0.18

_PARAGRAPH = re.compile(r"\n\s*\n")
_OPENERS, _CLOSERS = "\"'“\u2018([{", "\"'”’)]}"
_STOPS = ".!?…。"
_SHORT_FORMS = frozenset(
    {"mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "vs", "no", "nos", "fig", "e.g", "i.e", "cf", "al", "approx"}
    | {"dept", "est", "gen", "gov", "hon", "rev", "sgt", "capt", "col", "lt", "mt"}
)


class Sentence(NamedTuple):
    """Words as written, and the pause after them in seconds."""

    words: tuple[str, ...]
    pause_s: float


def sentences(text: str) -> list[Sentence]:
    """Split a text at the ends of sentences, lines and paragraphs; no word is lost."""
    said: list[Sentence] = []
    for paragraph in _PARAGRAPH.split(text):
        lines = [words for line in paragraph.splitlines() if (words := line.split())]
        parts = [part for line in lines for part in _split(line)]
        said += [Sentence(part, SENTENCE_S) for part in parts[:-1]]
        said += [Sentence(part, PARAGRAPH_S) for part in parts[-1:]]
    return said


def _split(words: list[str]) -> Iterator[tuple[str, ...]]:
    """Cut the words of a line after each that ends a sentence."""
    begin = 0
    for index, word in enumerate(words[:-1]):
        if _ends(word, words[index + 1]):
            yield tuple(words[begin : index + 1])
            begin = index + 1
    yield tuple(words[begin:])


def _ends(word: str, following: str) -> bool:
    """Tell whether a sentence ends at a word: not at an initial, a short form, or before a small letter or a dash."""
    bare = word.rstrip(_CLOSERS)
    if not bare or bare[-1] not in _STOPS or following.lstrip(_OPENERS)[:1].islower():
        return False
    if not any(symbol.isalnum() for symbol in following):
        return False
    if bare[-1] != ".":
        return True
    stem = bare.rstrip(".").lstrip(_OPENERS)
    return not (stem.lower() in _SHORT_FORMS or (len(stem) == 1 and stem.isupper() and stem != "I"))


def halves(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Cut a sentence that is too long for one breath, after the clause nearest to its middle, else in the middle."""
    clauses = [index for index, word in enumerate(words[:-1], start=1) if word.rstrip(_CLOSERS)[-1:] in tuple(",;:—")]
    middle = len(words) // 2
    cut = min(clauses, key=lambda index: abs(index - middle), default=middle)
    if not len(words) // 5 <= cut <= len(words) - len(words) // 5:
        cut = middle
    return words[:cut], words[cut:]
