"""Describes the cast so that they can be drawn: species or role, and colours, in one sentence."""

from __future__ import annotations

import random
import re

from mediamill_media.text.contract import CastMember
from mediamill_media.text.reading import vocabulary
from mediamill_media.text.reading.people import Person
from mediamill_media.text.reading.tables import table

COATS: dict[str, str] = table("cues")["coats"]
_SHADES = ("red", "blue", "yellow", "green", "teal", "purple", "orange", "pink")


def described(person: Person, chance: random.Random) -> CastMember:
    """Give a member of the cast; colours that the brief leaves open are chosen by ``chance``."""
    looks = person.looks.strip()
    if not _has_color(looks):
        looks = _colored(looks, person.kind, chance)
    article = "An" if looks[:1].lower() in "aeiou" and not looks.lower().startswith(("uni", "one")) else "A"
    return CastMember(name=person.name[:80], description=f"{article} {looks}."[:2000])


def _colored(looks: str, kind: str, chance: random.Random) -> str:
    shade = chance.choice(_SHADES)
    if kind == "robot":
        return (
            f"{looks} with a {shade} body"
            if " with " in looks
            else re.sub(r"\b(robot|android|bot|droid)\b", rf"{shade} \1", looks, count=1)
        )
    if not vocabulary.is_person(kind):
        fur = COATS.get(kind, chance.choice(("brown", "white", "gray")))
        words = "|".join(word for word, says in vocabulary.kinds().items() if says == kind)
        furry = re.sub(rf"\b({words})\b", rf"{fur} \1", looks, count=1)
        return furry if " with " in looks else f"{furry} with {_a(shade)} scarf"
    return f"{looks} and {_a(shade)} coat" if " with " in looks else f"{looks} with {_a(shade)} coat"


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def _has_color(looks: str) -> bool:
    return any(word in vocabulary.words_of("colors") for word in re.findall(r"\w+", looks.lower()))
