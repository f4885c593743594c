"""What is asked of a scene, clause by clause: something is removed, exchanged, added, or is to be otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from mediamill_media.image.prompt.lexicon import matches, tokens
from mediamill_media.image.prompt.reader import Reader


class Verb(StrEnum):
    """What is done in a clause."""

    REMOVE = "remove"
    ADD = "add"
    EXCHANGE = "exchange"
    CHANGE = "change"


VERBS: dict[str, Verb] = {
    **dict.fromkeys(("remove", "delete", "erase", "without", "no", "hide", "lose"), Verb.REMOVE),
    **dict.fromkeys(("add", "put", "place", "include", "insert"), Verb.ADD),
    **dict.fromkeys(("replace", "swap", "exchange", "change", "turn", "transform", "convert"), Verb.EXCHANGE),
    **dict.fromkeys(("make", "give", "let", "set", "move", "recolor", "recolour", "paint", "show"), Verb.CHANGE),
}
_INTO = re.compile(r"\b(?:with|for|by|into|to)\b")
_CUT = re.compile(rf"[.,;:!?\n]+|\b(?:and|then|but)\b(?=\s+(?:then\s+)?(?:{'|'.join(VERBS)})\b)")
FILLERS = frozenset(
    "background scene picture image photo photograph setting everything instead please more less bigger it its them "
    "look like away rid get same keep also be is are of from new another version different color colour".split()
) | set(VERBS)
"""Words of an order that a picture owes nothing."""


class Clause(NamedTuple):
    """One thing that is asked; of an exchange ``left`` is what goes, of anything else it is nothing."""

    verb: Verb
    left: Reader | None
    told: Reader

    @property
    def words(self) -> set[str]:
        """Give what its nouns are called."""
        readers = [reader for reader in (self.left, self.told) if reader is not None]
        return {subject.word for reader in readers for subject in reader.subjects}


def clauses(prompt: str) -> Iterator[Clause]:
    """Read an order."""
    for text in _CUT.split(prompt.lower()):
        words = text.split()
        verb = next((VERBS[word] for word in words if word in VERBS), None)
        if verb is Verb.EXCHANGE and (into := _INTO.search(text)):
            yield Clause(verb, _read(text[: into.start()]), _read(text[into.end() :]))
        elif words:
            yield Clause(Verb.CHANGE if verb in {None, Verb.EXCHANGE} else verb, None, _read(text))


def _read(text: str) -> Reader:
    reader = Reader({})
    for match in matches(tokens(text)):
        reader.read(match)
    reader.finish()
    return reader
