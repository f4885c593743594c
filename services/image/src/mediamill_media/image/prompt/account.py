"""Accounts for the prompt's words: which of them the picture shows, and which it does not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mediamill_media.image.prompt.scene import Scene

if TYPE_CHECKING:
    from mediamill_media.image.prompt.reader import Reader

FACT_FIELDS = {"places": "place", "times": "time", "weathers": "weather", "seasons": "season", "moods": "mood"}
"""Where a scene keeps what the lexicon's tables tell."""


def account(scene: Scene, reader: Reader) -> Scene:
    """Fill ``drawn`` and ``missing`` from what the scene really holds, so that a dropped subject is told."""
    names = set(scene.names())
    drawn: dict[str, None] = {}
    missing: dict[str, None] = {}
    for word, meaning in reader.known:
        shown = _holds(scene, meaning) if ":" in meaning else meaning in names
        (drawn if shown else missing)[word] = None
    for word in reader.unknown:
        (drawn if word in scene.shown_as else missing)[word] = None
    return replace(scene, drawn=tuple(drawn), missing=tuple(word for word in missing if word not in drawn))


def _holds(scene: Scene, meaning: str) -> bool:
    table, value = meaning.split(":")
    if meaning == "weathers:snow":
        return scene.snowy
    return bool(getattr(scene, FACT_FIELDS[table]) == value)
