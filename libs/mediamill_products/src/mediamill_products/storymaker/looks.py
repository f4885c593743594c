"""How characters keep their look, and what becomes of a style that the illustrator does not know."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mediamill_products.storymaker.contract import Known, SceneAsked

DRAWN = frozenset({"storybook", "flat", "night", "paper-cut", "blueprint"})
"""The styles that the image kinds have a name for."""
PLAIN = "storybook"
MOST_REFERENCES = 8
_TRIMMINGS = re.compile(r"[,.;:]|\s(?:with|in|wearing|who|whose|that)\s")
"""Where the words on what somebody is end, and those on what it wears and does begin."""


def look(style: str) -> tuple[str, str]:
    """Give the style to draw in, and what is said of it in the prompt: a style without a name is described."""
    named = style.strip().lower().replace(" ", "-").replace("_", "-")
    return (named, "") if named in DRAWN else (PLAIN, f", in the style of {style.strip()}")


def references_of(scene: SceneAsked, characters: Sequence[Known]) -> list[Known]:
    """Give who is seen in a scene: whom it lists, else whom its prompt tells of, else the first, whose story it is."""
    listed = {name.casefold() for name in scene.characters}
    seen = [known for known in characters if known.name.casefold() in listed]
    seen = seen or [known for known in characters if _tells_of(scene.prompt, known)] or list(characters[:1])
    return _few_enough(seen)


def prompt_of(scene: SceneAsked, seen: Sequence[Known]) -> str:
    """Give the prompt with everybody named who is seen: a character is drawn where its name stands.

    Scripts tell of a character by its look; there the name takes its place, or there would be two of it.
    """
    prompt, unnamed = scene.prompt, []
    for known in seen:
        if names(prompt, known.name):
            continue
        if (looks := _looks(known)) and (found := _word(looks).search(prompt)):
            prompt = f"{prompt[: found.start()]}{known.name}{prompt[found.end() :]}"
        else:
            unnamed.append(known.name)
    return f"{' and '.join(unnamed)}, {prompt}" if unnamed else prompt


def names(prompt: str, name: str) -> bool:
    """Tell whether a name, or what else somebody is called, stands in a prompt, as words of its own."""
    return _word(name).search(prompt) is not None


def seed_of(seed: int | None, number: int) -> int | None:
    """Give each scene a seed of its own; without one it follows from its prompt."""
    return None if seed is None else seed + number


def _tells_of(prompt: str, known: Known) -> bool:
    looks = _looks(known)
    return names(prompt, known.name) or (bool(looks) and names(prompt, looks))


def _looks(known: Known) -> str:
    """Give what a character is, without what it wears: so scripts call it."""
    return _TRIMMINGS.split(known.description.strip(), maxsplit=1)[0].strip()


def _word(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(text)}(?!\w)", re.IGNORECASE)


def _few_enough(seen: Sequence[Known]) -> list[Known]:
    """Leave out who would bring more pictures than a scene may refer to."""
    kept: list[Known] = []
    left = MOST_REFERENCES
    for known in seen:
        if len(known.references) <= left:
            kept.append(known)
            left -= len(known.references)
    return kept
