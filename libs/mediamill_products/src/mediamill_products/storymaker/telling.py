"""What is told, by whom, and how long it takes: pure calculations on words."""

from __future__ import annotations

from collections.abc import Sequence

from mediamill_products.filming.storyboard import BREATH_S, CROSSFADE_S, ENDING_S, TITLE_S
from mediamill_products.storymaker.contract import ClipAsked, Person, StoryScript

WORD_S = 0.42
"""What a word takes when it is read, pauses included, at the pace of a film; rather too long than too short."""
TITLE_WORDS = 8
"""An idea of so few words is the title of a story that is still to be thought of."""
SHORTEST_S, LONGEST_S = 3.0, 60.0
SILENT_S = 5.0
"""A clip of a scene without words."""


def brief_of(ask: StoryScript) -> str:
    """Give the brief that a writer gets: the idea, and a list of who is in it, which is not told as a story."""
    idea = ask.idea.strip()
    if not ask.characters:
        return idea
    people = "\n".join(f"- {person.name}: {' '.join(person.description.split())}" for person in ask.characters)
    return f"{_apart(idea)}\n\n## Characters\n\n{people}"


def _apart(idea: str) -> str:
    """Write an idea so that its last words do not run into what follows: a short one is a title."""
    if len(idea.split()) <= TITLE_WORDS and idea[0] != "#" and "\n" not in idea:
        return f"# {idea.rstrip('.!?…')}"
    return idea if idea[-1] in '.!?…"”' else f"{idea}."


def cast_of(given: Sequence[Person], written: Sequence[Person]) -> tuple[tuple[Person, ...], tuple[Person, ...]]:
    """Tell who the story is about from the others: those who were given, else the first whom the writer named."""
    main = tuple(given) or tuple(written[:1])
    known = {person.name.casefold() for person in main}
    return main, tuple(person for person in written if person.name.casefold() not in known)


def clip_seconds(scene: ClipAsked, *, opens: bool) -> float:
    """Give a clip's length: as asked, else as long as its words are likely to take in the film."""
    if scene.seconds is not None:
        return scene.seconds
    if not scene.narration or not scene.narration.strip():
        return SILENT_S
    around = (TITLE_S if opens else CROSSFADE_S + BREATH_S) + ENDING_S
    return round(min(LONGEST_S, max(SHORTEST_S, around + WORD_S * len(scene.narration.split()))), 1)
