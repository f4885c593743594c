"""The subjects that can be drawn, read from ``catalog.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

ACTORS = frozenset({"person", "robot", "plush"})
"""Rigs that have hands and wear clothes."""


@dataclass(frozen=True)
class Entry:
    """A subject of the catalog; the file's head tells what the fields mean."""

    name: str
    words: tuple[str, ...]
    draw: str
    height: float
    habitat: str
    hand: bool = False
    ride: bool = False
    dress: bool = False
    build: str = "adult"
    hair: tuple[str, ...] = ("short",)
    wears: tuple[str, ...] = ()
    colors: Mapping[str, str] = field(default_factory=dict)
    ears: str = "round"
    tail: str = "none"
    marks: str = "none"
    neck: float = 50.0
    place: str | None = None
    time: str | None = None
    weather: str | None = None

    @property
    def acts(self) -> bool:
        """Tell whether it has hands and can wear clothes."""
        return self.draw in ACTORS

    @property
    def lives(self) -> bool:
        """Tell whether it is a person, a robot or an animal."""
        return self.acts or self.draw in {"grazer", "animals"}


def _entry(name: str, raw: dict[str, Any]) -> Entry:
    tuples: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
    return Entry(name=name, **tuples)


@cache
def catalog() -> Mapping[str, Entry]:
    """Give every subject by its name."""
    text = files("mediamill_media.image.prompt").joinpath("catalog.toml").read_text("utf-8")
    return MappingProxyType({name: _entry(name, raw) for name, raw in tomllib.loads(text).items()})
