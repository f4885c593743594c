"""The words that a text is about."""

from __future__ import annotations

import re
from collections import Counter

from mediamill_media.text.reading import vocabulary

_COMMON = frozenset(
    "the and for with that this from was were are has have had its his her their they she you your our not but who which when where than then "
    "there here into onto over out all one two can will would could about after before because been being more most some such only very just "
    "also what how why each every while until them him himself herself itself these those make made makes get gets like write story text give "
    "need want please should must use new old way day time thing things people lot many much".split()
)
_WORD = re.compile(r"[^\W\d_]{3,}")


def keywords(text: str, most: int = 12) -> list[str]:
    """Give the most telling words: frequent ones first, those that can be drawn before those that cannot."""
    found = [word.lower() for word in _WORD.findall(text)]
    counts = Counter(word for word in found if word not in _COMMON)
    drawable = {item.word for item in vocabulary.look(text).of("people", "animals", "objects", "places")}
    ranked = sorted(counts, key=lambda word: (-counts[word] - (word in drawable), found.index(word)))
    return ranked[:most]
