"""Decides what is said in each scene: the brief's own sentences first, invented ones where it has too few."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import NamedTuple

from mediamill_media.text.reading import directions
from mediamill_media.text.reading.brief import Brief, Piece
from mediamill_media.text.reading.people import Person
from mediamill_media.text.reading.sentences import LONGEST, count, shortened, split
from mediamill_media.text.reading.speech import speakable
from mediamill_media.text.writing import divide
from mediamill_media.text.writing.phrases import Deck, filled, table
from mediamill_media.text.writing.story import Teller
from mediamill_media.text.writing.voices import openings_of

PACE = 2.6
"""Words a second of a calm narrator."""
REST_S = 0.6
"""Silence around each scene's words."""
_MOST_SENTENCES = 160
_SUBJECT_WORDS = 7
"""A brief of fewer words is a subject, not something to be read out."""
_USUAL_WORDS = 22
_FRAMES = ("This is the story of", "In the end, we see")
_PRONOUN = re.compile(r"^(?:Then |And |But |So )?(She|He|Her|His)\b")


class Told(NamedTuple):
    """What is said in one scene. ``own`` is the stretch of the brief that it comes from, for the picture."""

    text: str
    own: str = ""
    section: str = ""
    beat: str = ""


class Narration(NamedTuple):
    """All scenes' words, and who appears in them."""

    scenes: tuple[Told, ...]
    cast: tuple[Person, ...]


def narrate(
    brief: Brief, scenes: int, seconds: float | None, chance: random.Random, voice: str | None = None
) -> Narration:
    """Tell the brief in exactly ``scenes`` scenes; what is invented begins in the given voice."""
    words = words_for(brief, scenes, seconds)
    if brief.tone == "story":
        return _story(brief, scenes, words, chance)
    lines = _Lines(brief, chance, voice)
    return Narration(
        tuple(fitted(told, words, lines.more) for told in _factual(brief, scenes, words, lines)), brief.cast
    )


def words_for(brief: Brief, scenes: int, seconds: float | None) -> int:
    """Give the words that a scene should have, by the length asked for or by what the brief has to tell."""
    if seconds is not None:
        wanted = (seconds / scenes - REST_S) * PACE
    else:
        wanted = min(28.0, max(14.0, brief.words / scenes)) if brief.words > 8 * scenes else _USUAL_WORDS
    return int(min(LONGEST, max(divide.SHORTEST, wanted)))


def _story(brief: Brief, scenes: int, words: int, chance: random.Random) -> Narration:
    teller = Teller(brief, chance)
    own = divide.halved(brief.pieces, scenes)
    telling = [piece for piece in brief.pieces if not piece.text.startswith(_FRAMES)]
    enough = len(telling) >= max(2, min(5, scenes // 2)) and brief.words >= max(20, 6 * scenes)
    if not enough:
        told = _framed([Told(line.text, beat=line.beat) for line in teller.tell(scenes)], brief)
        return Narration(tuple(fitted(one, words, teller.more) for one in told), teller.cast)
    cast = brief.cast
    if len(own) >= scenes:
        told = _condensed(own, scenes, words, cast)
    else:
        told = _spread([_whole(piece) for piece in own], scenes, lambda far: Told(teller.between(far).text))
    return Narration(tuple(fitted(one, words, teller.more) for one in told), cast)


def _framed(told: list[Told], brief: Brief) -> list[Told]:
    """Let an invented story begin and end as the brief says, if it says so."""
    end = next((piece.text for piece in brief.pieces if piece.text.startswith("In the end")), "")
    start = " ".join(piece.text for piece in brief.pieces[:2] if piece.text != end)
    if count(start) >= 10 and (len(told) > 1 or not end):
        told[0] = Told(start, start, beat="opening")
    if end:
        told[-1] = Told(end, end, beat="ending")
    return told


def _factual(brief: Brief, scenes: int, words: int, lines: _Lines) -> list[Told]:
    bare = len(brief.pieces) == 1 and count(brief.pieces[0].text) < _SUBJECT_WORDS
    brief = brief._replace(pieces=()) if bare else brief
    own = divide.halved(brief.pieces, scenes)
    if len(own) >= scenes and brief.words >= divide.SHORTEST * scenes:
        return _condensed(own, scenes, words, brief.cast)
    if not own:
        own = (Piece(lines.first(), 0),)
    needed = scenes - len(own)
    told = [_whole(piece) for piece in own]
    if needed > 0 and brief.pieces:
        told.insert(0, Told(lines.first(), beat="first"))
    if needed > 1 and "cta" not in brief.hints:
        told.append(Told(lines.last(), beat="last"))
    if len(told) > scenes and len(own) < scenes:
        told = told[:scenes]
    elif len(told) > scenes:
        return _condensed(own, min(scenes, len(own)), words, brief.cast)
    return _spread(told, scenes, lambda _: Told(lines.more()))


class _Lines:
    """Honest filler of a tone."""

    def __init__(self, brief: Brief, chance: random.Random, voice: str | None) -> None:
        wordings = table("lines")[brief.tone if brief.tone != "story" else "explainer"]
        self._table = {**wordings, "first": openings_of(voice, brief.tone)}
        self._deck = Deck(chance)
        self._slots = {"topic": topic(brief)}

    def first(self) -> str:
        return self._say("first")

    def more(self) -> str:
        return self._say("middle")

    def last(self) -> str:
        return self._say("last")

    def _say(self, name: str) -> str:
        return filled(self._deck.deal(name, self._table[name]), self._slots)


def topic(brief: Brief) -> str:
    """Give what the brief is about, as words that fit into a sentence."""
    product = brief.hints.get("product", "")
    subject = re.split(r"[,;(–]", product)[0] or brief.title
    if not product and len(brief.pieces) <= 1:
        subject = brief.hints.get("topic") or directions.subject_of(split(brief.text)[0])
        subject = subject if count(subject) <= 9 else brief.title
    subject = speakable(subject).rstrip(".!?")
    if brand := re.match(r"(?:my|our|the)\s(?:[a-z][\w-]*\s)+([A-Z]\w+)$", subject):
        subject = brand[1]
    small = re.match(r"(?:How|Why|What|When|Where|The|A|An|Our|My|Your)\b", subject)
    return subject[:1].lower() + subject[1:] if small else subject


def _whole(piece: Piece) -> Told:
    return Told(piece.text, piece.text, piece.section)


def _condensed(own: tuple[Piece, ...], scenes: int, words: int, cast: tuple[Person, ...]) -> list[Told]:
    """Divide the sentences among the scenes, and keep of each scene's those that fit."""
    names = frozenset(person.name for person in cast)
    own = divide.weightiest(own, divide.scores(own, names), max(_MOST_SENTENCES, scenes))
    weights = divide.scores(own, names)
    told: list[Told] = []
    for run in divide.divide(own, scenes):
        kept = divide.condensed(run, own, weights, words + 4)
        first = _named_again(own, kept[0], cast)
        text = " ".join([first, *(own[at].text for at in kept[1:])])
        told.append(Told(text, " ".join(own[at].text for at in run), own[kept[0]].section))
    return told


def _named_again(own: tuple[Piece, ...], at: int, cast: tuple[Person, ...]) -> str:
    """Begin a scene with a name instead of "she", when the sentence before says who is meant."""
    text = own[at].text
    found = _PRONOUN.match(text)
    if not found or at == 0 or not cast:
        return text
    fitting = [person for person in cast if person.pronoun == ("she" if found[1] in {"She", "Her"} else "he")]
    before = " ".join(piece.text for piece in own[max(0, at - 2) : at])
    near = [person for person in fitting if person.named and person.name in before]
    if not near or (len(fitting) > 1 and len(near) != 1):
        return text
    name = near[0].name if found[1] in {"She", "He"} else f"{near[0].name}’s"
    return f"{text[: found.start(1)]}{name}{text[found.end(1) :]}"


def _spread(told: list[Told], scenes: int, filler: Callable[[float], Told]) -> list[Told]:
    """Keep the given scenes in their order, first and last at the ends, with filler in the widest gaps."""
    places = {round(at * (scenes - 1) / max(1, len(told) - 1)): one for at, one in enumerate(told)}
    return [places[at] if at in places else filler(at / scenes) for at in range(scenes)]


def fitted(told: Told, words: int, more: Callable[[], str]) -> Told:
    """Bring a scene to 8 to 32 words, and near the number wanted."""
    sentences = [short for sentence in split(told.text) for short in shortened(sentence)]
    text = sentences[0]
    for sentence in sentences[1:]:
        together = count(text) + count(sentence)
        if together <= LONGEST and (together <= words + 6 or count(text) < divide.SHORTEST):
            text = f"{text} {sentence}"
    closing = told.beat in {"last", "ending", "farewell"}
    enough = divide.SHORTEST if told.own or closing else max(divide.SHORTEST, words - 10)
    for _ in range(3):
        extra = more() if count(text) < enough else ""
        if extra and count(text) + count(extra) <= LONGEST:
            text = f"{text} {extra}"
    return told._replace(text=text)
