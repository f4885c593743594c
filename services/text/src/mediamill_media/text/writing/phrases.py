"""The wordings that the local writer knows, as data, and how their slots are filled."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from mediamill_media.text.reading.speech import capitalised, tidy

_SLOT = re.compile(r"\{(\w+)\}")


@cache
def table(name: str) -> dict[str, Any]:
    """Read one of the tables beside this file."""
    text = resources.files("mediamill_media.text.writing").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def filled(wording: str, slots: Mapping[str, str]) -> str:
    """Put the slots' words into a wording, and capitals at its sentences; a slot may itself hold slots."""
    for _ in range(3):
        wording = _SLOT.sub(lambda slot: slots.get(slot[1], slot[1]), wording)
    return capitalised(tidy(wording))


def names_slot(wording: str, slot: str) -> bool:
    """Tell whether a wording needs a slot, ``friend`` meaning ``friend_long`` too."""
    return any(found == slot or found.startswith(f"{slot}_") for found in _SLOT.findall(wording))


class Deck:
    """Deals wordings without repeating one until all have been dealt."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._left: dict[str, list[str]] = {}

    def deal(self, name: str, wordings: list[str]) -> str:
        """Give a wording of a named list that was not given before."""
        if not self._left.get(name):
            self._left[name] = self._chance.sample(wordings, len(wordings))
        return self._left[name].pop()
