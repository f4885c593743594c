"""Designs a look: what the words say, and chance for what they leave open."""

from __future__ import annotations

import hashlib
import random
from typing import TYPE_CHECKING

from mediamill_media.image.art.colors import NAMES, brightness, darker, lighter, mix
from mediamill_media.image.characters.palettes import (
    BOTTOMS,
    DEFAULT_WEAR,
    GARMENTS,
    HAIRS,
    NATURAL_HAIR,
    PERSONALITIES,
    ROBOTS,
    SHOES,
    SIZES,
    SKINS,
    TOPS,
)
from mediamill_media.image.contract import Character, Look, Wear
from mediamill_media.image.prompt.catalog import Entry, catalog
from mediamill_media.image.prompt.parse import parse

if TYPE_CHECKING:
    from mediamill_media.image.prompt.scene import Subject


def chance_of(*words: str) -> random.Random:
    """Give the random numbers that belong to some words, on any machine."""
    return random.Random(int.from_bytes(hashlib.sha256("/".join(words).encode()).digest()[:8]))


def design(name: str, description: str, personality: str = "", seed: int | None = None) -> Character:
    """Design a character. The same words always give the same look, whatever scene it will be in."""
    scene = parse(description)
    subject = next((s for s in scene.subjects if catalog()[s.name].lives), None)
    chance = chance_of("character", name, description, "" if seed is None else str(seed))
    if subject is None:
        subject = _somebody(scene.subjects, chance)
    look = look_of(subject, chance)
    colors = dict(look.colors)
    if catalog()[subject.name].draw != "person" and scene.colors and not subject.color:
        colors["main"] = scene.colors[0]
    look = look.model_copy(update={"colors": colors, "expression": _expression(personality, look.expression)})
    return Character(name=name, description=description, look=look)


def _somebody(subjects: tuple[Subject, ...], chance: random.Random) -> Subject:
    """Give a body to a description that names none: a thing that the words name, else a child."""
    thing = next((subject for subject in subjects if catalog()[subject.name].draw != "sky"), None)
    if thing is not None:
        return thing
    return parse(chance.choice(("a girl", "a boy"))).subjects[0]


def _expression(personality: str, default: str) -> str:
    words = personality.lower()
    return next((face for face, hints in PERSONALITIES.items() if any(hint in words for hint in hints)), default)


def look_of(subject: Subject, chance: random.Random) -> Look:
    """Give a look to a subject: the prompt's words first, then its species, then chance."""
    entry = catalog()[subject.name]
    colors = _colors(entry, subject, chance)
    wears = tuple(
        Wear(name=name, color=entry.colors.get(name, DEFAULT_WEAR.get(name, "#c8443a"))) for name in entry.wears
    )
    for wear in subject.wears:
        part = GARMENTS.get(wear.name)
        if part:
            colors[part] = wear.color
        wears = (*(w for w in wears if w.name != wear.name), wear)
    return Look(
        species=subject.name,
        colors=colors,
        hair=subject.hair or chance.choice(entry.hair),
        wears=_tinted(wears, colors),
        expression=subject.expression or "happy",
        size=SIZES.get(subject.scale, 1.0),
    )


def _tinted(wears: tuple[Wear, ...], colors: dict[str, str]) -> tuple[Wear, ...]:
    """A hat that shades with its wearer's clothes looks chosen; wizards match their robe."""
    return tuple(
        Wear(name=w.name, color=colors["top"]) if w.name == "wizardhat" and "top" in colors else w for w in wears
    )


def _colors(entry: Entry, subject: Subject, chance: random.Random) -> dict[str, str]:
    if entry.draw == "person":
        drawn = {
            "skin": chance.choice(SKINS),
            "hair": NATURAL_HAIR.get(subject.hair_color or "", subject.hair_color) or chance.choice(HAIRS),
            "top": chance.choice(TOPS),
            "bottom": chance.choice(BOTTOMS),
            "shoes": chance.choice(SHOES),
            "denim": "#5a7fb5",
            "apron": "#f6efe2",
        }
        drawn |= {key: value for key, value in entry.colors.items() if key != "hair" or not subject.hair_color}
        return drawn | ({"top": subject.color} if subject.color else {})
    if entry.draw == "robot":
        main = subject.color or entry.colors.get("main") or chance.choice(ROBOTS)
        return {"main": main, "eyes": "#7fe9f5", "bulb": "#ffd774", "heart": "#ef6a78"}
    colors = dict(entry.colors)
    if subject.color:
        colors |= _recolored(entry, subject.color)
    return colors


def in_color(species: str, color: str) -> dict[str, str]:
    """Give the parts of a look that take a colour: a person's clothes, anybody else's coat or paint."""
    entry = catalog()[species]
    if entry.draw == "person":
        return {"top": color}
    return _recolored(entry, color)


def _recolored(entry: Entry, color: str) -> dict[str, str]:
    """Give an animal's coat in another colour, its belly lighter and its markings darker."""
    if entry.draw not in {"plush", "grazer"}:
        return {"main": color}
    dark = brightness(color) < 0.3
    return {
        "main": lighter(color, 0.12) if dark else color,
        "belly": mix(color, NAMES["cream"], 0.55 if dark else 0.75),
        "tip": lighter(color, 0.3) if dark else darker(color, 0.3),
    }
