"""Chooses the sentences that an explainer is made of: what is typical, what has numbers, and of each part something."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from mediamill_media.text.papers.contract import Part
from mediamill_media.text.papers.parts import Told
from mediamill_media.text.reading.sentences import count
from mediamill_media.text.reading.tables import words

_TOKEN = re.compile(r"[^\W\d_]{3,}")
_COMMON = words("common")
_LEANS = re.compile(r"(?:It|They|This|These|Those|He|She|Both|Such|However|Also|In addition)\b")
"""A sentence that begins so leans on the one before."""
_PARTS: tuple[Part, ...] = ("results", "meaning", "methods", "question", "background", "limits")
"""In which order a part gets a sentence of its own."""
_BONUS: dict[Part, float] = {"results": 0.10, "meaning": 0.12, "methods": 0.02}
_CHARTED = 0.15
_NUMBERED = 0.05
_LONG, _TOO_LONG = 45, 70
_NEW = 0.3
"""How much being unlike what was chosen weighs against being worth telling."""

Bag = Counter[str]


def choose(sentences: Sequence[Told], charted: Sequence[bool], most: int) -> list[int]:
    """Give the places of at most so many sentences, in the order of the article.

    Each part that there is gets its best sentence first; what room is left goes to those that are worth most and least
    like what was chosen (maximal marginal relevance over TF-IDF).
    """
    bags = _weighed([Counter(_tokens(told.text)) for told in sentences])
    centre = Counter[str]()
    for bag in bags:
        centre.update(bag)
    worth = [
        _like(bag, centre) + _bonus(told, is_charted)
        for told, bag, is_charted in zip(sentences, bags, charted, strict=True)
    ]
    chosen: list[int] = []
    for part in _PARTS:
        own = [at for at, told in enumerate(sentences) if told.part == part]
        if own and len(chosen) < most:
            chosen.append(max(own, key=lambda at: worth[at]))
    while len(chosen) < min(most, len(sentences)):
        left = [at for at in range(len(sentences)) if at not in chosen]
        near = {at: max((_like(bags[at], bags[other]) for other in chosen), default=0.0) for at in left}
        chosen.append(max(left, key=lambda at: (1 - _NEW) * worth[at] - _NEW * near[at]))
    return sorted(chosen)


def _tokens(text: str) -> list[str]:
    return [word for word in _TOKEN.findall(text.lower()) if word not in _COMMON]


def _weighed(bags: list[Bag]) -> list[Bag]:
    """Weigh words by how few sentences have them."""
    spread = Counter(word for bag in bags for word in bag)
    weighed: list[Bag] = []
    for bag in bags:
        row: Bag = Counter()
        for word, number in bag.items():
            row[word] = number * math.log(1 + len(bags) / spread[word])  # type: ignore[assignment]  # weights, not counts
        weighed.append(row)
    return weighed


def _like(one: Bag, other: Bag) -> float:
    """Give the cosine of two bags."""
    dot = sum(weight * other[word] for word, weight in one.items())
    lengths = math.sqrt(sum(w * w for w in one.values())) * math.sqrt(sum(w * w for w in other.values()))
    return dot / lengths if lengths else 0.0


def _bonus(told: Told, is_charted: bool) -> float:  # noqa: FBT001  # a fact about the sentence
    length = count(told.text)
    return (
        _BONUS.get(told.part, 0.0)
        + (_CHARTED if is_charted else _NUMBERED if re.search(r"\d", told.text) else 0.0)
        - (0.1 if _LEANS.match(told.text) else 0.0)
        - (0.3 if length > _TOO_LONG else 0.1 if length > _LONG or length < 5 else 0.0)
    )
