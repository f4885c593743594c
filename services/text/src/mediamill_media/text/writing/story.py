"""Invents a story from a brief with a hero and an idea: a plot, its beats, and the brief's own words in the slots."""

from __future__ import annotations

import random
import re
from typing import NamedTuple

from mediamill_media.text.reading import vocabulary
from mediamill_media.text.reading.brief import Brief
from mediamill_media.text.reading.people import Person
from mediamill_media.text.writing.casting import COATS
from mediamill_media.text.writing.phrases import Deck, filled, names_slot, table

_NAMES = {
    "she": ["Luma", "Tilda", "Mira", "Nola", "Wren", "Ivy", "Juna", "Suri", "Pia", "Freya"],
    "he": ["Toby", "Nico", "Bruno", "Finn", "Milo", "Otto", "Emil", "Kito", "Leo", "Rafi"],
}
_FRIENDS = {
    "sea": ["turtle", "dolphin", "whale", "crab"],
    "forest": ["owl", "fox", "rabbit", "hedgehog", "squirrel"],
    "space": ["alien", "robot", "astronaut"],
    "city": ["cat", "dog", "bird", "mouse"],
    "other": ["owl", "mouse", "fox", "turtle", "bird", "frog", "cat"],
}
_NATURES = ["small", "cheerful", "wise old", "tiny", "kind", "sleepy", "gentle", "clever"]
_PLACES = [
    "the quiet forest",
    "a little village by the sea",
    "the green meadow",
    "a town of red roofs",
    "the snowy mountains",
    "a wide valley",
]
_FAR = [
    "the dark forest",
    "the far mountains",
    "the old castle",
    "the lighthouse by the sea",
    "the deep cave",
    "the island in the mist",
]
_OBJECTS = ["lantern", "kite", "key", "book", "compass", "crystal", "gift", "umbrella"]
_ORDER = (
    "opening",
    "want",
    "call",
    "journey",
    "friend",
    "trouble",
    "try",
    "low",
    "turn",
    "triumph",
    "ending",
    "farewell",
)
_PRIORITY = (
    "opening",
    "ending",
    "call",
    "friend",
    "triumph",
    "trouble",
    "turn",
    "try",
    "want",
    "low",
    "journey",
    "farewell",
)
_PLOT_BEATS = frozenset({"call", "trouble", "try", "turn", "triumph"})
_PLACE = re.compile(
    r"\b(?:in|at the edge of|through|across|on|near|under|into|by)\s(?:an?|the)\s((?:[\w’'-]+\s?){1,3})", re.IGNORECASE
)
_NEUTRAL = ("journey", "effort", "low", "hope", "want")


class Line(NamedTuple):
    """A sentence or two of the story, and the beat that it belongs to."""

    text: str
    beat: str


class Teller:
    """One telling: hero, friend, plot and the wordings already used. Everything follows from the brief and the seed."""

    def __init__(self, brief: Brief, chance: random.Random) -> None:
        self._brief = brief
        self._chance = chance
        self._deck = Deck(chance)
        self.hero, self.friend = self._people()
        self._plot = self._chosen(table("plots"))
        self._lesson = self._chosen(table("beats")["lessons"], self._brief.hints.get("lesson", ""))
        self._slots = self._all_slots()

    @property
    def cast(self) -> tuple[Person, ...]:
        """The hero, the friend, and whoever else the brief names."""
        others = [person for person in self._brief.cast if person.name not in {self.hero.name, self.friend.name}]
        others = [person for person in others if person.named]
        return (self.hero, self.friend, *others)[:4]

    def tell(self, scenes: int) -> list[Line]:
        """Give one line for each scene, in the order of the arc."""
        if scenes == 1:
            return [self._line("whole")]
        beats = self._arc(scenes)
        alone = "friend" not in beats
        return [self._line(beat, alone=alone) for beat in beats]

    def between(self, how_far: float) -> Line:
        """Give a line that fits between the brief's own sentences, wherever they are in the arc (0 to 1)."""
        fitting = (
            ("want", "journey")
            if how_far < 0.3
            else ("journey", "effort")
            if how_far < 0.6
            else ("low", "effort", "hope")
        )
        return self._line(self._chance.choice(fitting), alone=True)

    def more(self) -> str:
        """Give a sentence of scenery that lengthens a scene."""
        return self._line("hope", alone=True).text

    def _line(self, beat: str, *, alone: bool = False) -> Line:
        wordings = table("plots")[self._plot][beat] if beat in _PLOT_BEATS else table("beats")[beat]
        if alone:
            wordings = [wording for wording in wordings if not names_slot(wording, "friend")]
        return Line(filled(self._deck.deal(beat, wordings), self._slots), beat)

    def _arc(self, scenes: int) -> list[str]:
        beats = [beat for beat in _ORDER if beat in _PRIORITY[: min(scenes, len(_PRIORITY))]]
        extra = scenes - len(beats)
        for number in range(extra):
            filler = _NEUTRAL[number % 4]
            after = "friend" if filler in {"journey", "effort"} else "try"
            beats.insert(beats.index(after) + 1, filler)
        return beats

    def _chosen(self, choices: dict[str, dict[str, object]], first: str = "") -> str:
        """Give the choice whose cues the brief holds most of; the seed decides between equals."""
        learnt = " ".join(re.findall(r"\blearn\w*\s(?:to|that|about|how)\s([^.!?]*)", self._brief.text))
        told, taught = f"{self._brief.title} {self._brief.text}".lower(), f"{first} {learnt}".lower()
        cues = {name: rf"\b(?:{choice['cues']})\b" for name, choice in choices.items()}
        # What is to be learnt counts more than what else comes up.
        hits = {name: len(set(re.findall(cue, told))) + 2 * len(re.findall(cue, taught)) for name, cue in cues.items()}
        best = max(hits.values())
        return self._chance.choice([name for name, number in hits.items() if number == best])

    def _people(self) -> tuple[Person, Person]:
        cast = list(self._brief.cast)
        hero = cast[0] if cast else Person("", "child", "curious child", named=False)
        if not hero.named:
            pronoun = hero.pronoun if hero.pronoun in _NAMES else self._chance.choice(["she", "he"])
            hero = hero._replace(name=self._chance.choice(_NAMES[pronoun]), pronoun=pronoun, named=True)
        friend = cast[1] if len(cast) > 1 else self._new_friend(hero)
        if not friend.named:
            names = [name for name in _NAMES.get(friend.pronoun, _NAMES["he"]) if name != hero.name]
            friend = friend._replace(name=self._chance.choice(names), named=True)
        return hero, friend

    def _new_friend(self, hero: Person) -> Person:
        pronoun = "he" if hero.pronoun == "she" else "she"
        place = vocabulary.look(self._brief.text).first("places") or ""
        home = next((home for home in _FRIENDS if home in place or (home == "sea" and "water" in place)), "other")
        kind = self._chance.choice([kind for kind in _FRIENDS[home] if kind != hero.kind])
        looks = f"{self._chance.choice(_NATURES)} {COATS.get(kind, 'gray')} {kind}"
        return Person(self._chance.choice(_NAMES[pronoun]), kind, looks, pronoun=pronoun)

    def _all_slots(self) -> dict[str, str]:
        lesson = table("beats")["lessons"][self._lesson]
        want = self._own_want() or self._chance.choice(lesson["wants"])
        place, far = self._places()
        thing = self._object()
        return {
            **_person_slots(self.hero),
            "hero": self.hero.name, "hero_s": f"{self.hero.name}’s", "hero_long": _introduced(self.hero),
            "friend": self.friend.name, "friend_long": _introduced(self.friend), "place": place, "far": far,
            "object": thing, "a_object": _with_article(thing), "to_want": want, "deed": lesson["deed"],
            "wanting": f"the day when {{he}} would {want.replace('not to ', 'not ').removeprefix('to ')}",
            "moral": self._chance.choice(lesson["morals"]),
        }  # fmt: skip

    def _own_want(self) -> str | None:
        found = re.search(
            r"\b(?:wants|wanted|dreams? of|dreamed of|hopes|hoped|longs|wishes|wished|"
            r"has)\s(to\s[\w’' -]{4,70}?)(?=\s(?:but|and|because|so|before|while)\s|[.,;!?]|$)",
            self._brief.text,
        )
        return found[1].strip() if found else self._brief.hints.get("want")

    def _places(self) -> tuple[str, str]:
        own = list(dict.fromkeys(place for found in _PLACE.finditer(self._setting()) if (place := _place(found[1]))))
        rest = [place for place in self._chance.sample(_PLACES, 2) if place not in own]
        far = next((place for place in own[1:] if place != own[0]), None)
        distant = [place for place in _FAR if not own or place.split()[-1] != own[0].split()[-1]]
        return (own[0] if own else rest[0]), far or self._chance.choice(distant)

    def _setting(self) -> str:
        setting = self._brief.hints.get("place", "")
        return f"in {setting.replace(', then ', '. in ')}. {self._brief.text}" if setting else self._brief.text

    def _object(self) -> str:
        found = vocabulary.look(f"{self._brief.title}. {self._brief.text}").of("objects")
        own = [item.word for item in found if item.says in vocabulary.words_of("holdable") and item.word == item.says]
        return own[0] if own else self._chance.choice(_OBJECTS)


def _place(words: str) -> str | None:
    """Give the shortest run of words that ends in a place: "stormy sea of glass" gives "the stormy sea"."""
    row = words.split()
    ends = (number for number, word in enumerate(row, 1) if vocabulary.look(word).of("places"))
    end = next(ends, None)
    return None if end is None else f"the {' '.join(row[:end])}"


def _person_slots(person: Person) -> dict[str, str]:
    if person.pronoun == "she":
        return {"he": "she", "him": "her", "his": "her", "him_self": "herself"}
    return {"he": "he", "him": "him", "his": "his", "him_self": "himself"}


def _introduced(person: Person) -> str:
    looks = person.short_looks
    if looks.lower() == person.kind and any(
        word in person.name.lower() for word in (person.kind, "captain", "dr", "old")
    ):
        return person.name
    return f"{_with_article(looks)} named {person.name}"


def _with_article(noun: str) -> str:
    return (
        f"an {noun}"
        if noun[:1].lower() in "aeiou" and not noun.lower().startswith(("uni", "use", "one"))
        else f"a {noun}"
    )
