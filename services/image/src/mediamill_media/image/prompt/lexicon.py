"""What words mean: the lexicon and the catalog as one index of phrases."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from mediamill_media.image.prompt.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LONGEST = 4
"""Words in the longest phrase that the index holds."""

_IRREGULAR = {
    "children": "child",
    "men": "man",
    "women": "woman",
    "mice": "mouse",
    "people": "person",
    "wolves": "wolf",
    "leaves": "leaf",
    "fishermen": "fisherman",
    "geese": "goose",
    "cacti": "cactus",
    "loaves": "loaf",
    "oxen": "ox",
    "calves": "calf",
    "glasses": "glasses",
    "headphones": "headphones",
}
_NEVER_PLURAL = {
    "bus",
    "grass",
    "dress",
    "octopus",
    "compass",
    "cactus",
    "this",
    "is",
    "his",
    "princess",
    "virus",
    "canvas",
    "class",
    "lens",
}
_TOKEN = re.compile(r"#[0-9a-f]{6}\b|[^\W_]+")
_POSSESSIVE = re.compile(r"['’]s\b")


class Meaning(NamedTuple):
    """One sense of a phrase: its table and what it stands for there."""

    table: str
    value: str


class Token(NamedTuple):
    """A word of the prompt, its singular form, and whether the prompt used another."""

    word: str
    singular: str
    plural: bool


def singular(word: str) -> str:
    """Give the singular of an English noun, or the word itself."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word in _NEVER_PLURAL or len(word) <= 3 or not word.endswith("s") or word.endswith("ss"):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("shes", "ches", "xes", "sses", "zes")):
        return word[:-2]
    return word[:-1]


def tokens(prompt: str) -> list[Token]:
    """Split a prompt into words; hyphens split, possessives go."""
    words = _TOKEN.findall(_POSSESSIVE.sub("", prompt.lower()))
    return [Token(word, singular(word), singular(word) != word) for word in words]


Index = dict[tuple[str, ...], tuple[Meaning, ...]]


def _senses() -> Iterator[tuple[str, Meaning]]:
    for name, entry in catalog().items():
        for phrase in entry.words:
            yield phrase, Meaning("subjects", name)
    for table, meanings in tables().items():
        if table in {"stand_ins", "ignored"}:
            continue
        for value, phrases in meanings.items():
            for phrase in phrases:
                yield phrase, Meaning(table, value)


@cache
def tables() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Give the lexicon's tables."""
    text = files("mediamill_media.image.prompt").joinpath("lexicon.toml").read_text("utf-8")
    raw = tomllib.loads(text)
    return {table: {key: tuple(words) for key, words in rows.items()} for table, rows in raw.items()}


@cache
def index() -> Index:
    """Give the senses of each phrase, subjects first."""
    found: Index = {}
    for phrase, meaning in _senses():
        key = tuple(word for word in _TOKEN.findall(phrase))
        found[key] = (*found.get(key, ()), meaning)
    return found


@cache
def ignored() -> frozenset[str]:
    """Give the words that a picture does not owe anything."""
    return frozenset(tables()["ignored"]["words"])


class Match(NamedTuple):
    """A phrase found in the prompt: from where to where, what it may mean, and how it was written."""

    start: int
    end: int
    senses: tuple[Meaning, ...]
    words: str
    plural: bool

    def value(self, table: str) -> str | None:
        """Give what the phrase stands for in a table, if it is there."""
        return next((sense.value for sense in self.senses if sense.table == table), None)


def matches(words: list[Token]) -> list[Match]:
    """Find the longest known phrases from left to right; an unknown word is a match without senses."""
    found, start = [], 0
    while start < len(words):
        match = _longest(words, start)
        found.append(match)
        start = match.end
    return found


def _longest(words: list[Token], start: int) -> Match:
    for end in range(min(len(words), start + LONGEST), start, -1):
        part = words[start:end]
        literal = tuple(token.word for token in part)
        last_singular = (*literal[:-1], part[-1].singular)
        for key in (literal, last_singular):
            if key in index():
                return Match(start, end, index()[key], " ".join(literal), part[-1].plural)
    return Match(start, start + 1, (), words[start].word, words[start].plural)
