"""Finds in prose what a picture can show: people, animals, things, places, times and weather."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from mediamill_media.text.reading.tables import table

Group = Literal["people", "animals", "objects", "concepts", "places", "times", "weathers"]
_LONGEST_PHRASE = 4
_TOKEN = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")


class Found(NamedTuple):
    """A word of the text and what it calls for."""

    group: Group
    says: str
    word: str
    at: int
    plural: bool
    color: str = ""

    @property
    def named(self) -> str:
        """What to draw, in its colour where the text gives one."""
        return f"{self.color} {self.says}".strip()


class Seen(NamedTuple):
    """All that a text calls for, in the order of its words."""

    found: tuple[Found, ...]

    def of(self, *groups: Group) -> tuple[Found, ...]:
        """Give what belongs to these groups."""
        return tuple(item for item in self.found if item.group in groups)

    def first(self, group: Group) -> str | None:
        """Give what the first word of a group calls for."""
        return next((item.says for item in self.found if item.group == group), None)


def tables() -> dict[str, dict[str, list[str]]]:
    """Give the vocabulary as written."""
    return table("vocabulary")


@cache
def _index() -> dict[str, tuple[tuple[Group, str], ...]]:
    index: dict[str, list[tuple[Group, str]]] = {}
    groups: tuple[Group, ...] = ("people", "animals", "objects", "concepts", "places", "times", "weathers")
    for group in groups:
        for says, words in tables()[group].items():
            for word in {says, *words} if group in {"people", "animals", "objects"} else words:
                index.setdefault(word, []).append((group, says))
    return {word: tuple(calls) for word, calls in index.items()}


@cache
def words_of(table: str) -> frozenset[str]:
    """Give the plain list of words in a table such as ``colors``."""
    return frozenset(tables()[table]["words"])


@cache
def is_person(kind: str) -> bool:
    """Tell people (robots too) from animals."""
    return kind in tables()["people"]


@cache
def kinds() -> dict[str, str]:
    """Map every word for a living being to its kind."""
    return {
        word: says
        for group in ("people", "animals")
        for says, words in tables()[group].items()
        for word in (says, *words)
    }


def singular(word: str) -> str:
    """Give a word's singular by its ending; a guess that is right for words of the vocabulary."""
    known = _index()
    irregular = {
        "children": "child",
        "people": "person",
        "men": "man",
        "women": "woman",
        "fishermen": "fisherman",
        "wolves": "wolf",
    }
    if word in known or word in irregular:
        return irregular.get(word, word)
    for ending, instead in (("ies", "y"), ("ves", "f"), ("es", ""), ("s", "")):
        if word.endswith(ending) and word[: -len(ending)] + instead in known:
            return word[: -len(ending)] + instead
    return word.removesuffix("'s").removesuffix("’s")


@lru_cache(maxsize=128)
def look(text: str) -> Seen:
    """Find all that a text calls for; the longest phrase wins."""
    tokens = [(found[0].lower(), found.start()) for found in _TOKEN.finditer(text)]
    found: list[Found] = []
    at = 0
    while at < len(tokens):
        length = _phrase_at(tokens, at, found)
        at += max(1, length)
    return Seen(tuple(found))


def _phrase_at(tokens: list[tuple[str, int]], at: int, found: list[Found]) -> int:
    for length in range(min(_LONGEST_PHRASE, len(tokens) - at), 0, -1):
        words = [word for word, _ in tokens[at : at + length]]
        last = singular(words[-1])
        phrase = " ".join([*words[:-1], last])
        calls = _index().get(phrase) or _index().get(" ".join(words))
        if calls:
            before = tokens[at - 1][0] if at else ""
            color = before if before in words_of("colors") else ""
            plural = _is_plural(words[-1], last)
            found.extend(Found(group, says, phrase, tokens[at][1], plural, color) for group, says in calls)
            return length
    return 0


def _is_plural(word: str, single: str) -> bool:
    return word != single and not word.endswith(("'s", "’s"))
