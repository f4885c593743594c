"""Says what each scene's picture shows, in plain nouns: who, what, where, when, and in which weather."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from mediamill_media.text.contract import Tone
from mediamill_media.text.reading import vocabulary
from mediamill_media.text.reading.people import Person
from mediamill_media.text.writing.narration import Told

_MOST_SUBJECTS = 4
_PLURAL = re.compile(r"\b(?:they|them|their|both|together|two|us|we)\b", re.IGNORECASE)
_SINGLE = re.compile(r"\b(?:he|she|him|her|his)\b", re.IGNORECASE)
_FRIENDS = re.compile(r"\b(?:her|his|their|new|best|good)\s(?:\w+\s)?friends?\b|\btogether\b", re.IGNORECASE)
_FIRST_PERSON = re.compile(r"\b(?:I|me|my)\b")
_HOLDS = re.compile(
    r"\b(?:hold|holds|held|holding|carr\w+|lifts?|lifted|takes?|took|gives?|gave|finds?|found|opens?|raises?|"
    r"shows?|brings?|brought|has|had|lights?|(?:her|his)\s(?:\w+\s)?(?:lantern|book|map|key|kite))\b"
)
_HOURS: dict[str, tuple[str, ...]] = {
    "opening": ("at dawn", "on a sunny day"),
    "call": ("on a sunny day",),
    "low": ("at night",),
    "turn": ("at night", "at sunset"),
    "hope": ("at dawn",),
    "ending": ("at sunset",),
    "farewell": ("at night",),
    "want": ("at night", "at sunset"),
}
_PLACES: dict[Tone, tuple[str, ...]] = {
    "story": ("in a meadow",),
    "ad": ("in a city", "in a kitchen", "in a garden", "in an office", "in a living room", "on a beach"),
    "explainer": ("in a classroom", "in a lab", "in a library", "in an office"),
    "recap": ("in a hall", "in a city", "in an office", "in a garden"),
}
_COMPANY: dict[Tone, tuple[str, ...]] = {
    "story": (),
    "ad": ("a woman", "a man", "two people", "a girl"),
    "explainer": ("a scientist", "a teacher", "a child", "a woman"),
    "recap": ("three people", "a woman", "two people", "a man"),
}
_THINGS: dict[Tone, tuple[str, ...]] = {
    "story": ("a tree and a bird", "a house and a tree", "a rainbow and a flower", "a lantern and a star"),
    "ad": ("a phone", "a cup", "a bicycle", "a gift", "a laptop", "a flower"),
    "explainer": ("a book", "a microscope", "a chart", "a light bulb", "a telescope", "a brain"),
    "recap": ("a sign", "a cup", "a chart", "a flag", "a camera", "a cake"),
}
_HOMES = {
    "boat": "on the sea",
    "ship": "on the sea",
    "submarine": "underwater",
    "whale": "underwater",
    "rocket": "in space",
    "satellite": "in space",
}
_VIEWS = (
    "seen from afar",
    "close up",
    "with a tree",
    "with a cloud",
    "with flowers",
    "with a bird",
    "under a rainbow",
    "with a butterfly",
)
_INDOORS = re.compile(r"\b(?:room|bedroom|kitchen|office|lab|classroom|hall|library|workshop|space|cave|underwater)\b")


class Drawn(NamedTuple):
    """A picture's prompt and who of the cast is in it."""

    prompt: str
    characters: tuple[str, ...]


class Illustrations:
    """Goes through the scenes in order; place, hour and weather stay until the words change them."""

    def __init__(self, cast: tuple[Person, ...], tone: Tone, everything: str) -> None:
        seen = vocabulary.look(everything)
        self._cast = cast
        self._tone = tone
        self._place = (seen.first("places") if tone == "story" else None) or _PLACES[tone][0]
        self._time = (seen.first("times") if tone == "story" else None) or ""
        self._weather = ""
        self._snowy = tone == "story" and seen.first("weathers") == "with snow falling"
        self._present: tuple[Person, ...] = cast[:1]
        self._turn = 0
        self._prompts: set[str] = set()

    def draw(self, told: Told) -> Drawn:
        """Give the picture of the next scene."""
        spoken = vocabulary.look(told.text)
        around = vocabulary.look(f"{told.text} {told.own} {told.section}")
        self._move(spoken, around, told.beat)
        self._present = self._who(told)
        prompt = self._fresh(self._sentence(self._subjects(told, spoken, around)))
        self._turn += 1
        shown = tuple(person.name for person in self._present if person.short_looks.lower() in prompt.lower())
        return Drawn(prompt, shown)

    def _move(self, spoken: vocabulary.Seen, around: vocabulary.Seen, beat: str) -> None:
        """Go where the words go; where they name several places, the last is where they arrive."""
        said = spoken.of("places") or around.of("places")
        usual = _PLACES[self._tone]
        stays = self._place if self._tone == "story" else usual[self._turn % len(usual)]
        if not said and self._tone != "story":
            stays = next((_HOMES[found.says] for found in spoken.found if found.says in _HOMES), stays)
        self._place = said[-1].says if said else stays
        hours = _HOURS.get(beat, ())
        time = spoken.first("times") or around.first("times")
        self._time = time or (hours[self._turn % len(hours)] if hours else self._time if self._tone == "story" else "")
        weather = spoken.first("weathers") or around.first("weathers") or ""
        # Where snow lies, a storm is a snow storm: a green meadow between two white scenes would be a fault.
        self._weather = "with snow falling" if self._snowy and weather in {"", "in a storm"} else weather

    def _who(self, told: Told) -> tuple[Person, ...]:
        """Tell who is in the scene: those it names, or, where it says "she" or "they", those of the one before."""
        named = [person for person in self._cast if _mentions(told.text, person)]
        if _PLURAL.search(told.text) and self._present:
            named += [person for person in self._present if person not in named]
        elif not named and self._tone == "story":
            named = self._meant(told.text)
        if named and (told.beat == "friend" or _FRIENDS.search(told.text)):
            named += [person for person in self._cast[:2] if person not in named]
        return tuple(person for person in self._cast if person in named)[:3]

    def _meant(self, text: str) -> list[Person]:
        """Tell who "she" or "he" is; a scene without anybody keeps whoever was there, unless an "I" tells it."""
        said = _SINGLE.search(_unquoted(text))
        if said is None:
            return [] if _FIRST_PERSON.search(_unquoted(text)) else list(self._present[:1])
        wanted = "she" if said[0].lower() in {"she", "her"} else "he"
        fitting = [person for person in (*self._present, *self._cast) if person.pronoun == wanted]
        return fitting[:1] or list(self._present[:1])

    def _subjects(self, told: Told, spoken: vocabulary.Seen, around: vocabulary.Seen) -> list[str]:
        subjects = [_with_article(person.short_looks.lower()) for person in self._present]
        kinds = {person.kind for person in self._cast}
        living = [found for found in spoken.of("people", "animals") if found.says not in kinds]
        subjects += [_counted(found) for found in _distinct(living)][: max(0, 3 - len(subjects))]
        if len(subjects) < 2 and self._tone == "story" and _FIRST_PERSON.search(_unquoted(told.text)):
            subjects.append("a child")
        if not subjects and self._tone != "story":
            subjects.append(_COMPANY[self._tone][self._turn % len(_COMPANY[self._tone])])
        for found in self._things(spoken, around)[: max(0, self._most() - len(subjects))]:
            hands = len(subjects) == 1 or (bool(self._present) and self._tone == "story")
            held = found.says in vocabulary.words_of("holdable") and hands and not found.plural
            if held and "holding" not in subjects[0] and (self._tone != "story" or _HOLDS.search(told.text)):
                subjects[0] = f"{subjects[0]} holding {_with_article(found.named)}"
            else:
                subjects.append(_counted(found))
        return subjects

    def _most(self) -> int:
        return _MOST_SUBJECTS if self._tone == "story" else _MOST_SUBJECTS - 1

    def _things(self, spoken: vocabulary.Seen, around: vocabulary.Seen) -> list[vocabulary.Found]:
        if self._tone == "story":
            return _distinct(spoken.of("objects"))
        things = spoken.of("objects", "concepts") or around.of("objects", "concepts")
        return _distinct(sorted(things, key=lambda found: found.group == "concepts"))

    def _sentence(self, subjects: list[str]) -> str:
        usual = _THINGS[self._tone]
        if not subjects or (len(subjects) == 1 and subjects[0] in _COMPANY[self._tone]):
            subjects = [*subjects, usual[self._turn % len(usual)]]
        listed = subjects[0] if len(subjects) == 1 else f"{', '.join(subjects[:-1])} and {subjects[-1]}"
        sunny = self._time == "on a sunny day" and self._weather in {"in the rain", "in a storm", "in the fog"}
        weather = "" if sunny or _INDOORS.search(self._place) else self._weather
        return " ".join(filter(None, (listed, self._place, self._time, weather)))

    def _fresh(self, prompt: str) -> str:
        """Make a prompt that was used before a different one, by something more in the picture or another view."""
        chosen = prompt
        for view in ("", *_VIEWS):
            chosen = f"{prompt}, {view}" if view else prompt
            if chosen not in self._prompts:
                break
        else:
            chosen = f"{prompt}, view {len(self._prompts) + 1}"
        self._prompts.add(chosen)
        return chosen


def _unquoted(text: str) -> str:
    return re.sub(r"“[^”]*”|\"[^\"]*\"", " ", text)


def _mentions(text: str, person: Person) -> bool:
    if person.named:
        return any(re.search(rf"\b{re.escape(part)}\b", text) for part in {person.name, _called(person.name)})
    return any(
        found.says == person.kind and not found.plural for found in vocabulary.look(text).of("people", "animals")
    )


def _called(name: str) -> str:
    """Give the part of a name that people use: "Dr. Amara Okafor" is called Okafor, "Captain Mara" is called Mara."""
    return name.rsplit(maxsplit=1)[-1]


def _distinct(found: Iterable[vocabulary.Found]) -> list[vocabulary.Found]:
    seen: dict[str, vocabulary.Found] = {}
    for item in found:
        seen.setdefault(item.says, item)
    return list(seen.values())


def _counted(found: vocabulary.Found) -> str:
    if (
        not found.plural
        or found.group == "concepts"
        or found.says in {"sun", "moon", "treasure chest", "rainbow", "shell"}
    ):
        return _with_article(found.named)
    irregular = {
        "mouse": "mice",
        "sheep": "sheep",
        "fish": "fish",
        "deer": "deer",
        "child": "children",
        "person": "people",
        "woman": "women",
        "man": "men",
        "wolf": "wolves",
    }
    ending = "es" if found.says.endswith(("s", "x", "ch", "sh")) else "s"
    plural = irregular.get(found.says) or (
        found.says[:-1] + "ies" if re.search(r"[^aeiou]y$", found.says) else found.says + ending
    )
    return f"three {found.color} {plural}".replace("  ", " ")


def _with_article(noun: str) -> str:
    return f"an {noun}" if noun[:1] in "aeiou" and not noun.startswith(("uni", "one")) else f"a {noun}"
