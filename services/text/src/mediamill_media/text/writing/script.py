"""Makes a script of a brief. A pure function: same brief, same seed, same script."""

from __future__ import annotations

import hashlib
import random

from mediamill_media.text.contract import Scene, Script, Scripted
from mediamill_media.text.reading.brief import read
from mediamill_media.text.reading.sentences import count
from mediamill_media.text.writing.casting import described
from mediamill_media.text.writing.narration import PACE, REST_S, Told, narrate
from mediamill_media.text.writing.openings import other_openings
from mediamill_media.text.writing.picture import Drawn, Illustrations


def seed_of(text: str) -> int:
    """Give the seed that follows from a text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")


def script(ask: Script) -> Scripted:
    """Write the script."""
    chance = random.Random(ask.seed if ask.seed is not None else seed_of(ask.brief))
    brief = read(ask.brief, ask.tone)
    narration = narrate(brief, ask.scenes, ask.seconds, chance, ask.voice)
    openings = other_openings(brief, ask, narration.scenes[0].text)
    pictures = Illustrations(narration.cast, brief.tone, brief.text)
    drawn = [pictures.draw(told) for told in (*narration.scenes, *openings)]
    shown = {name for picture in drawn for name in picture.characters}
    each = lengths([count(told.text) for told in narration.scenes], ask.seconds)
    each += lengths([count(told.text) for told in openings], None)
    scenes = [_scene(*facts) for facts in zip((*narration.scenes, *openings), drawn, each, strict=True)]
    return Scripted(
        title=brief.title,
        mood=brief.mood,
        style=ask.style,
        tone=brief.tone,
        cast=tuple(described(person, chance) for person in narration.cast if person.name in shown),
        scenes=tuple(scenes[: ask.scenes]),
        openings=tuple(scenes[ask.scenes :]),
    )


def _scene(told: Told, picture: Drawn, seconds: float) -> Scene:
    return Scene(narration=told.text, image_prompt=picture.prompt, seconds=seconds, characters=picture.characters)


def lengths(words: list[int], seconds: float | None) -> list[float]:
    """Give each scene the time that its words need; time that is left over becomes rest, shared by length."""
    needed = [number / PACE + REST_S for number in words]
    stretch = max(1.0, seconds / sum(needed)) if seconds is not None else 1.0
    return [round(length * stretch, 2) for length in needed]
