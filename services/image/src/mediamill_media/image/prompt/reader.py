"""Walks over the phrases of a prompt and gathers facts, subjects and how they relate."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mediamill_media.image.art.colors import named
from mediamill_media.image.art.wardrobe import PIECES
from mediamill_media.image.contract import Wear
from mediamill_media.image.prompt.catalog import catalog
from mediamill_media.image.prompt.lexicon import Match, ignored, tables
from mediamill_media.image.prompt.scene import Subject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mediamill_media.image.contract import Character

SCALES = {"small": 0.72, "large": 1.22}
PLURAL_COUNT = 3
FACTS = ("places", "times", "weathers", "seasons", "moods")
HILLS = frozenset({"hill", "hilltop", "hills", "hillside"})
SAME_PLURAL = frozenset({"people", "fish", "sheep", "deer"})
HAIR_LENGTHS = frozenset({"long", "short"})
GROUPS = frozenset({"family", "couple", "friends", "crowd", "team"})


class Pending:
    """The adjectives read since the last noun."""

    def __init__(self) -> None:
        self.count: int | None = None
        self.color: str | None = None
        self.color_word = ""
        self.scale = 1.0
        self.expression: str | None = None
        self.hair: str | None = None
        self.glows = False


class Reader:
    """The state of one reading, from the first phrase to the last."""

    def __init__(self, cast: Mapping[str, Character]) -> None:
        self.cast = {name.lower(): character for name, character in cast.items()}
        self.facts: dict[str, str] = {}
        self.subjects: list[Subject] = []
        self.loose_colors: list[str] = []
        self.unknown: list[str] = []
        self.known: list[tuple[str, str]] = []
        self.hill = False
        self.places: list[str] = []
        self._last = self._before = ""
        self._pending = Pending()
        self._relation: str | None = None

    def read(self, match: Match) -> None:
        """Take in one phrase: a character, a subject, something worn, a relation, a fact or an adjective."""
        if not self._named(match):
            self._take(match)
        self._before, self._last = self._last, match.words

    def _take(self, match: Match) -> None:
        if match.words == "with" and self.subjects and self._last == self.subjects[-1].word:
            self._relation = "holds"
        elif match.words.startswith("#"):
            self._pending.color = self._pending.color_word = match.words
        elif (subject := match.value("subjects")) is not None:
            self._subject(match, subject)
        elif not (self._worn(match) or self._related(match) or self._fact(match) or self._adjective(match)):
            self._stranger(match)

    def finish(self) -> None:
        """Close the reading: a colour that no noun took colours the picture."""
        if self._pending.color:
            self.loose_colors.append(self._pending.color)

    @property
    def left_over(self) -> Pending:
        """Give the adjectives that no noun took."""
        return self._pending

    def bring(self, characters: tuple[Character, ...]) -> None:
        """Put characters in front of everybody else; they replace a nameless one of their species."""
        for character in reversed(characters):
            look = character.look
            same = next((s for s in self.subjects if s.name == look.species and s.look is None), None)
            if same is not None:
                self.subjects[self.subjects.index(same)] = replace(same, look=look, count=1)
            else:
                self.subjects.insert(0, Subject(name=look.species, word=character.name, scale=1.0, look=look))

    def _named(self, match: Match) -> bool:
        words = match.words.split()
        for name, character in self.cast.items():
            if not set(name.split()) & set(words) or any(s.look is character.look for s in self.subjects):
                continue
            first = name.split()[0]
            if first in words or name == match.words:
                self._add(Subject(name=character.look.species, word=character.name, look=character.look))
                self.known.append((match.words, character.look.species))
                return True
        return any(set(name.split()) & set(words) for name in self.cast)

    def _subject(self, match: Match, name: str) -> None:
        if self._again(match, name):
            return
        self._forget_name(name)
        pending = self._pending
        several = match.plural or match.words in SAME_PLURAL
        count = pending.count or (PLURAL_COUNT if several else 1)
        if match.plural and pending.count is None and match.words in {"children", "friends"}:
            count = 2
        if match.plural and pending.count == 1:
            count = PLURAL_COUNT
        subject = Subject(
            name=name,
            word=match.words,
            count=min(count, 5),
            color=pending.color,
            scale=pending.scale,
            expression=pending.expression,
            hair=pending.hair,
            glows=pending.glows,
        )
        self.known.append((match.words, name))
        if pending.color:
            self.known.append((pending.color_word, name))
        if not self._carry(subject):
            self._add(subject)
        self._pending = Pending()

    def _forget_name(self, name: str) -> None:
        """Owe nothing for the name in "Luna the rabbit"."""
        if self._last == "the" and catalog()[name].lives and self.unknown and self.unknown[-1] == self._before:
            self.unknown.pop()

    def _again(self, match: Match, name: str) -> bool:
        """Take "a bottle of sunscreen" as one bottle, and "a penguin family" as several penguins."""
        last = self.subjects[-1] if self.subjects else None
        if last is None or last.look is not None:
            return False
        if last.name == name and self._last in {"of", last.word}:
            self.known.append((match.words, name))
            return True
        if match.words in GROUPS and self._last == last.word and self._pending.count is None:
            self.subjects[-1] = replace(last, count=max(last.count, PLURAL_COUNT))
            self.known.append((match.words, last.name))
            return True
        return False

    def _add(self, subject: Subject) -> None:
        if self._relation == "flies" and catalog()[subject.name].lives:
            subject = replace(subject, soars=True)
        self.subjects.append(subject)
        self._relation = None

    def _carry(self, subject: Subject) -> bool:
        """Give the subject to the last actor when the words between say that it holds, flies or rides it."""
        relation, self._relation = self._relation, None
        actor = self._last_actor()
        if subject.name == "umbrella" and actor is not None and actor.holds is None:
            relation = "holds"
        if relation is None or actor is None:
            return False
        entry, at = catalog()[subject.name], self.subjects.index(actor)
        if relation == "holds" and entry.hand:
            self.subjects[at] = replace(actor, holds=subject)
        elif relation == "flies" and entry.habitat == "air" and not entry.lives:
            self.subjects[at] = replace(actor, flies=subject, soars=False)
        elif relation == "rides" and (entry.ride or entry.draw == "grazer"):
            self.subjects[at] = replace(actor, rides=subject)
        else:
            return False
        return True

    def _last_actor(self) -> Subject | None:
        return next((s for s in reversed(self.subjects) if catalog()[s.name].acts), None)

    def _worn(self, match: Match) -> bool:
        worn, hair = match.value("wears"), match.value("hair")
        if hair is not None and not (hair == "any" and not self.subjects):
            return self._haired(match, hair)
        actor = self._last_actor()
        if worn is None or actor is None:
            return False
        if catalog()[actor.name].draw != "person" and worn not in PIECES:
            self.unknown.append(match.words)
            return True
        color, color_word = self._pending.color, self._pending.color_word
        wear = Wear(name=worn, color=color or named("accent"))
        at = self.subjects.index(actor)
        self.subjects[at] = replace(actor, wears=(*actor.wears, wear))
        self.known.append((match.words, actor.name))
        if color:
            self.known.append((color_word, actor.name))
        self._pending = Pending()
        return True

    def _haired(self, match: Match, hair: str) -> bool:
        style = self._pending.hair if hair == "any" else hair
        actor = self._last_actor()
        if actor is None:
            self._pending.hair = style
            return True
        at = self.subjects.index(actor)
        color = self._pending.color
        self.subjects[at] = replace(actor, hair=style or actor.hair, hair_color=color or actor.hair_color)
        self.known.append((match.words, actor.name))
        if color and hair == "any":
            self.known.append((self._pending.color_word, actor.name))
            self._pending.color = None
        return True

    def _related(self, match: Match) -> bool:
        relation = match.value("relations")
        if relation is None:
            return False
        if relation == "glows":
            self._pending.glows = True
        elif relation == "flies" and self.subjects:
            self._relation = relation
            self.subjects[-1] = replace(self.subjects[-1], soars=True)
        else:
            self._relation = relation
        return True

    def _fact(self, match: Match) -> bool:
        found = False
        for table in FACTS:
            value = match.value(table)
            if value is not None:
                self.facts.setdefault(table, value)
                if table == "places":
                    self.places.append(value)
                self.known.append((match.words, f"{table}:{value}"))
                found = True
        if match.words in HILLS:
            self.hill = True
        if found and self._pending.color is None:
            self._pending.count = None
        return found

    def _adjective(self, match: Match) -> bool:
        if (size := match.value("sizes")) is not None:
            self._pending.scale = SCALES[size]
        elif (count := match.value("counts")) is not None:
            self._pending.count = int(count)
        elif (color := match.value("colors")) is not None:
            if self._pending.color:
                self.loose_colors.append(self._pending.color)
            self._pending.color, self._pending.color_word = named(color), match.words
        elif match.words in HAIR_LENGTHS:
            self._pending.hair = match.words
        elif (expression := match.value("expressions")) is not None:
            self._express(expression)
        else:
            return False
        return True

    def _express(self, expression: str) -> None:
        """A feeling belongs to the next noun; after one that has none yet ("a cat sleeping"), to that one too."""
        self._pending.expression = expression
        if self.subjects and self.subjects[-1].expression is None and self._pending.count is None:
            self.subjects[-1] = replace(self.subjects[-1], expression=expression)

    def _stranger(self, match: Match) -> None:
        if self._last in {"named", "called"}:
            return
        for word in match.words.split():
            if word in tables()["stand_ins"] or (word not in ignored() and not word.endswith("ly") and len(word) > 1):
                self.unknown.append(word)
