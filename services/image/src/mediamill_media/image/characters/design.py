"""Designs a look: what the words say, and chance for what they leave open."""

from __future__ import annotations

import hashlib
import random
from typing import TYPE_CHECKING

from mediamill_media.image.art.colors import NAMES, brightness, darker, lighter, mix
from mediamill_media.image.contract import Character, Look, Wear
from mediamill_media.image.prompt.catalog import Entry, catalog
from mediamill_media.image.prompt.parse import parse

if TYPE_CHECKING:
    from mediamill_media.image.prompt.scene import Subject

SKINS = ("#fbd9bd", "#f6c9a4", "#e8ab7e", "#c98a5c", "#a06a45", "#7a4d33")
HAIRS = ("#4a3129", "#2f2530", "#8a5535", "#c9793f", "#e8bd68", "#5c3a2a")
NATURAL_HAIR = {
    NAMES["red"]: "#c4532f", NAMES["orange"]: "#d2703a", NAMES["yellow"]: "#e9c471", NAMES["gold"]: "#e0b25a", NAMES["black"]: "#2f2934",
    NAMES["brown"]: "#7b4c31", NAMES["gray"]: "#b7b4c2",
}  # fmt: skip
"""Hair words name other colours than paint does."""
TOPS = ("#e2524a", "#f0903f", "#f2c14e", "#5fae6a", "#3fb0a5", "#4d92dc", "#8f6bc9", "#e87fa5")
BOTTOMS = ("#41538f", "#5a6b8c", "#6b5a4e", "#3f6f78", "#74608f")
SHOES = ("#7a4b3a", "#c8504a", "#3d4668", "#8a6a4a")
ROBOTS = ("#8ccf9f", "#7fb8e6", "#f2b45f", "#c7a8ea", "#f09a8c", "#7fd0c9")
GARMENTS = {"dress": "top", "coat": "top", "shirt": "top", "trousers": "bottom", "boots": "shoes"}
DEFAULT_WEAR = {
    "glasses": "#4a4358", "goggles": "#6b5a4e", "labcoat": "#fbf7f0", "crown": "#d8433f", "beard": "#6b4a38",
    "stethoscope": "#3b4a86", "tie": "#c8443a", "wizardhat": "#4a3fa0", "piratehat": "#332f3d", "strawhat": "#c8443a",
    "chefhat": "#fbf7f0", "apron": "#f6efe2", "spacesuit": "#f4f5f8", "armor": "#bcc7d3", "bow": "#e2524a", "shawl": "#b06a9a",
    "cape": "#c8443a", "backpack": "#c9733f", "safarihat": "#b98f55", "hardhat": "#f2b83d", "beret": "#c8443a", "mask": "#332f3d",
}  # fmt: skip
PERSONALITIES = {
    "surprised": ("curious", "wonder", "excited", "inquisitive"),
    "sad": ("shy", "timid", "lonely", "nervous", "anxious"),
    "sleepy": ("calm", "sleepy", "lazy", "dreamy", "gentle"),
    "angry": ("grumpy", "fierce", "stubborn", "determined"),
    "laughing": ("cheerful", "playful", "funny", "joyful", "silly", "energetic"),
}


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
    if subjects:
        return subjects[0]
    return parse(chance.choice(("a girl", "a boy"))).subjects[0]


def _expression(personality: str, default: str) -> str:
    words = personality.lower()
    return next((face for face, hints in PERSONALITIES.items() if any(hint in words for hint in hints)), default)


def look_of(subject: Subject, chance: random.Random) -> Look:
    """Give a look to a subject: the prompt's words first, then its species, then chance."""
    entry = catalog()[subject.name]
    colors = _colors(entry, subject, chance)
    wears = tuple(Wear(name=name, color=entry.colors.get(name, DEFAULT_WEAR.get(name, "#c8443a"))) for name in entry.wears)
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
        size=1.0,
    )


def _tinted(wears: tuple[Wear, ...], colors: dict[str, str]) -> tuple[Wear, ...]:
    """A hat that shades with its wearer's clothes looks chosen; wizards match their robe."""
    return tuple(Wear(name=w.name, color=colors["top"]) if w.name == "wizardhat" and "top" in colors else w for w in wears)


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
