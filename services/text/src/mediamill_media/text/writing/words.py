"""The words that a text is about."""

from __future__ import annotations

import re
from collections import Counter

from mediamill_media.text.reading import vocabulary
from mediamill_media.text.reading.tables import words

_COMMON = words("common")
_WORD = re.compile(r"[^\W\d_]{3,}")


def keywords(text: str, most: int = 12) -> list[str]:
    """Give the most telling words: frequent ones first, those that can be drawn before those that cannot."""
    found = [word.lower() for word in _WORD.findall(text)]
    counts = Counter(word for word in found if word not in _COMMON)
    drawable = {item.word for item in vocabulary.look(text).of("people", "animals", "objects", "places")}
    ranked = sorted(counts, key=lambda word: (-counts[word] - (word in drawable), found.index(word)))
    return ranked[:most]
