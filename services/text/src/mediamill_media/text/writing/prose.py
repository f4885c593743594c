"""Writes prose: condenses a text longer than asked for, and composes from templates about a mere subject."""

from __future__ import annotations

import random
import re
from typing import NamedTuple

from mediamill_media.text.contract import Method
from mediamill_media.text.reading import directions
from mediamill_media.text.reading.brief import Brief, read
from mediamill_media.text.reading.sentences import count, split
from mediamill_media.text.writing.divide import condensed, scores, weightiest
from mediamill_media.text.writing.narration import narrate, topic
from mediamill_media.text.writing.phrases import filled, table
from mediamill_media.text.writing.words import keywords

_USUAL_SCENES = 5
_FEW_WORDS = 30
_SOURCE_WORDS = 40
"""A prompt that tells at least this much is material to condense; a shorter one is a subject to write about."""
_ASKED = re.compile(
    r"\b(one|two|three|four|five|six|seven|eight|nine|ten|\d{1,2})\s(?:short\s)?(sentences?|words?)\b", re.IGNORECASE
)
_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


class Written(NamedTuple):
    """A text and how it was made."""

    text: str
    method: Method


def write(prompt: str, max_words: int, chance: random.Random) -> Written:
    """Write at most ``max_words`` words about a prompt."""
    brief = read(prompt)
    if brief.words >= _SOURCE_WORDS:
        return Written(_cut(_summary(brief, max_words), max_words, prompt), "extracted")
    subject = directions.subject_of(prompt)
    if re.search(r"\b(?:tagline|slogan|claim)\b", prompt, re.IGNORECASE):
        about = topic(read(subject)._replace(hints={"product": subject}))
        return Written(
            _cut(filled(chance.choice(table("lines")["taglines"]["wordings"]), {"topic": about}), max_words, ""),
            "composed",
        )
    known = brief if brief.pieces else read(subject)
    told = narrate(known, _USUAL_SCENES, None, chance)
    return Written(
        _cut(_to_the_point([scene.text for scene in told.scenes], known, max_words), max_words, prompt), "composed"
    )


def _to_the_point(scenes: list[str], brief: Brief, max_words: int) -> str:
    """Begin a very short text with the sentence that names its subject."""
    if max_words >= _FEW_WORDS:
        return " ".join(scenes)
    sentences = [sentence for scene in scenes for sentence in split(scene) if count(sentence) <= max_words]
    about = set(keywords(brief.text))
    return " ".join(sorted(sentences, key=lambda sentence: -len(about & set(sentence.lower().rstrip(".!?").split()))))


def _summary(brief: Brief, max_words: int) -> str:
    pieces = brief.pieces
    weights = scores(pieces, frozenset(person.name for person in brief.cast))
    if brief.words <= max_words:
        return " ".join(piece.text for piece in pieces)
    kept = weightiest(pieces, weights, len(pieces))
    room: list[int] = []
    used = 0
    for at in sorted(range(len(kept)), key=lambda at: weights[at], reverse=True):
        if used + count(kept[at].text) <= max_words:
            room.append(at)
            used += count(kept[at].text)
    if not room:
        room = condensed(list(range(len(kept))), kept, weights, max_words)[:1]
    return " ".join(kept[at].text for at in sorted(room))


def _cut(text: str, max_words: int, prompt: str) -> str:
    """Keep whole sentences within the limit, and within the number that the prompt asks for."""
    sentences = split(text)
    asked = _ASKED.search(prompt[:200])
    if asked and asked[2].lower().startswith("sentence"):
        number = _NUMBERS.index(asked[1].lower()) if asked[1].lower() in _NUMBERS else int(asked[1])
        sentences = sentences[: max(1, number)]
    kept = ""
    for sentence in sentences:
        if count(f"{kept} {sentence}") > max_words:
            break
        kept = f"{kept} {sentence}".strip()
    return kept or " ".join(sentences[0].split()[:max_words]).rstrip(",;:")
