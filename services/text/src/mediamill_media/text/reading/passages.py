"""What of a team's materials is worth to be talked about: whole sentences, found by their words."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from mediamill_media.text.contract import Material
from mediamill_media.text.reading.sentences import count, shortened, split
from mediamill_media.text.reading.speech import without_marks
from mediamill_media.text.reading.tables import words

FEWEST, MOST = 5, 34
"""Words of a sentence that can stand alone and be read out."""
LOOKED_AT = 400
"""So many sentences of a material are weighed; what comes later in a long one is left."""

_COMMON = words("common")
_WORD = re.compile(r"[^\W\d_]{3,}")
_BLOCK = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*•#>]|\d+[.)]))")
_TROUBLE = re.compile(
    r"\b(?:not?|never|nobody|nothing|too|late|wait\w*|slow\w*|miss\w*|unclear|afraid|stress\w*|alone|again|but|because|"
    r"should|need\w*|want\w*|wish\w*|problem\w*|difficult\w*|conflict\w*|help\w*|trust\w*|praise\w*|proud|thank\w*|learn\w*)\b",
    re.IGNORECASE,
)
"""Words by which people say what matters to them at work, for good or ill."""
_DOING = re.compile(r"(?:ed|ing|ly|est|one|body|thing)$")
"""How words end that are no things, by rule of thumb."""
_BULLET = re.compile(r"^\s*(?:[-*•#>]+|\d+[.)])\s+")


class Passage(NamedTuple):
    """A sentence of a material."""

    material: str
    text: str
    """Word for word, but for marks and gaps."""


def passages(materials: Sequence[Material], wanted: str, most: int, chance: random.Random) -> list[Passage]:
    """Give up to ``most`` passages, the most telling first, of each material in turn."""
    interest = Counter(_telling(wanted))
    everywhere = Counter(word for material in materials for word in set(_telling(material.text)))
    ranked = [_ranked(material, interest, everywhere, chance) for material in materials]
    found: list[Passage] = []
    for place in range(max((len(one) for one in ranked), default=0)):
        found += [one[place] for one in ranked if place < len(one)]
    return list(dict.fromkeys(found))[:most]


def subject_of(text: str, wanted: str) -> str:
    """Name in a word what a sentence is about, if it can what was asked for."""
    interest = set(_telling(wanted))
    things = [word for word in _telling(text) if not _DOING.search(word) and not _TROUBLE.fullmatch(word)]
    return min(things, key=lambda word: (word not in interest, -len(word), things.index(word)), default="how we work")


def _ranked(
    material: Material, interest: Counter[str], everywhere: Counter[str], chance: random.Random
) -> list[Passage]:
    pieces = list(islice(_pieces(material.text), LOOKED_AT))
    sentences = [piece for piece in pieces if count(piece) >= FEWEST] or pieces
    counts = Counter(word for sentence in sentences for word in set(_telling(sentence)))
    weighed = [
        (_weight(sentence, counts, interest, everywhere) + chance.random() / 10, sentence) for sentence in sentences
    ]
    return [Passage(material.title, sentence) for _, sentence in sorted(weighed, key=lambda pair: -pair[0])]


def _weight(sentence: str, counts: Counter[str], interest: Counter[str], everywhere: Counter[str]) -> float:
    telling = set(_telling(sentence))
    known = sum(min(counts[word], 4) / everywhere[word] for word in telling if everywhere[word])
    asked = sum(1 for word in telling if word in interest)
    matters = len(_TROUBLE.findall(sentence))
    return known / (2 + len(telling)) + 1.5 * asked + 0.6 * min(matters, 3)


def _pieces(text: str) -> Iterator[str]:
    """Give sentences, and what long ones fall into."""
    for block in _BLOCK.split(text):
        for sentence in split(without_marks(" ".join(_BULLET.sub("", block).split()))):
            yield from shortened(sentence, MOST)


def _telling(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text) if word.lower() not in _COMMON]
