"""Reads a prompt into a scene: a pure function of its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from mediamill_media.image.prompt.account import account
from mediamill_media.image.prompt.catalog import Entry, catalog
from mediamill_media.image.prompt.lexicon import matches, tables, tokens
from mediamill_media.image.prompt.reader import Reader
from mediamill_media.image.prompt.scene import Scene, Subject

if TYPE_CHECKING:
    from mediamill_media.image.contract import Character

MOST_SUBJECTS = 8
SNOWY_PLACES = frozenset({"snow"})
SKY_ONLY = frozenset({"balloon", "airplane", "helicopter", "dragon", "kite", "bird", "rocket", "ufo"})


def parse(prompt: str, cast: Mapping[str, Character] | None = None, *, time: str | None = None) -> Scene:
    """Read a prompt. ``cast`` are the characters that it may name; if it names none of them, all are there.

    ``time`` overrules the time of day that the words tell.
    """
    cast = cast or {}
    reader = Reader(cast)
    for match in matches(tokens(prompt)):
        reader.read(match)
    reader.finish()
    if cast and not any(subject.look for subject in reader.subjects):
        reader.bring(tuple(cast.values())[:4])
    scene = _settle(reader)
    scene = scene if time is None else replace(scene, time=time)
    return account(scene, reader)


def _settle(reader: Reader) -> Scene:
    """Decide what the words leave open: stand-ins for abstract words, then place, time and weather."""
    facts = dict(reader.facts)
    subjects = list(reader.subjects)
    shown_as: dict[str, str] = {}
    if not subjects:
        shown_as = _stand_in(reader, facts, subjects)
    entries = [catalog()[name] for name in Scene(subjects=tuple(subjects)).names()]
    weather = facts.get("weathers") or _hint(entries, "weather") or "clear"
    place = _place(reader.places, facts, subjects, entries)
    time = facts.get("times") or _hint(entries, "time") or _default_time(place, entries)
    return Scene(
        place=place,
        time=time,
        weather=weather,
        season=facts.get("seasons", "summer"),
        mood=facts.get("moods", "calm"),
        hill=reader.hill,
        snowy=weather == "snow" or place in SNOWY_PLACES,
        subjects=tuple(subjects[:MOST_SUBJECTS]),
        colors=tuple(reader.loose_colors),
        shown_as=shown_as,
    )


def _stand_in(reader: Reader, facts: dict[str, str], subjects: list[Subject]) -> dict[str, str]:
    """Show the first abstract word by its best picture; more of them would crowd it."""
    for word in reader.unknown:
        found = tables()["stand_ins"].get(word)
        if found:
            name, setting = found
            if name in catalog():
                subjects.append(Subject(name=name, word=word, count=3 if name in {"people", "children"} else 1))
            facts.setdefault("times" if setting in tables()["times"] else "places", setting)
            return {word: name}
    return {}


def _hint(entries: list[Entry], field: str) -> str | None:
    return next((hint for hint in (getattr(entry, field) for entry in entries) if hint), None)


def _place(places: list[str], facts: dict[str, str], subjects: list[Subject], entries: list[Entry]) -> str:
    """Give the named place; of several, the one where somebody belongs, else the first."""
    homes = [entry.place for entry in entries if entry.place]
    fitting = [place for place in places if place in homes]
    if fitting or facts.get("places"):
        return fitting[0] if fitting else facts["places"]
    if homes:
        return homes[0]
    names = {subject.name for subject in subjects}
    if names and names <= SKY_ONLY:
        return "sky"
    return "snow" if facts.get("weathers") == "snow" else "meadow"


def _default_time(place: str, entries: list[Entry]) -> str:
    if place in {"space", "moon"} or any(entry.name == "moon" for entry in entries):
        return "night"
    return "day"
