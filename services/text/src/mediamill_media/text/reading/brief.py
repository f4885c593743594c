"""Reads a brief: what sort of film it asks for, who is in it, and what it tells in its own words."""

from __future__ import annotations

import re
from typing import NamedTuple

from mediamill_media.text.contract import Mood, Tone
from mediamill_media.text.reading import directions, facts, tone
from mediamill_media.text.reading.markdown import Block, blocks
from mediamill_media.text.reading.people import Person, people
from mediamill_media.text.reading.sentences import count, shortened, split
from mediamill_media.text.reading.speech import capitalised, speakable

_NOT_TITLES = re.compile(
    r"^(?:(?:creative\s|video\s|film\s|project\s|product\s)?brief|story|children['’]s story|bedtime story|script|"
    r"explainer|recap|event recap|ad|launch film)\s*[:–—-]\s*",
    re.IGNORECASE,
)


class Piece(NamedTuple):
    """One sentence of the brief's own, ready to be spoken; ``part`` numbers the section that it stands in."""

    text: str
    part: int
    section: str = ""
    weight: float = 0.0


class Brief(NamedTuple):
    """All that a brief says."""

    title: str
    tone: Tone
    mood: Mood
    cast: tuple[Person, ...]
    pieces: tuple[Piece, ...]
    hints: dict[directions.Role, str]
    text: str

    @property
    def words(self) -> int:
        """How many words of its own it has to tell."""
        return sum(count(piece.text) for piece in self.pieces)


def read(text: str, tone_given: Tone | None = None) -> Brief:
    """Read a brief, by its own words or as the sort of film that it is told to be; never fails, whatever the text."""
    parts = blocks(text)
    headings = " ".join(
        f"{part.text} {part.label}" for part in parts if part.kind in {"heading", "field"} and len(part.text) < 120
    )
    manner = tone_given or tone.tone_of(text, headings)
    prose = " ".join(part.text for part in parts if part.kind != "heading")
    hints = _hints(parts)
    first = split(prose)[0] if split(prose) else ""
    if manner == "ad" and "product" not in hints and (product := directions.product_of(first)):
        hints["product"] = product
    pieces = _pieces(parts, manner, hints)
    return Brief(
        title=_title(parts, hints, prose),
        tone=manner,
        mood=tone.mood_of(text, manner),
        cast=people(parts, prose) if manner in {"story", "recap"} else (),
        pieces=pieces,
        hints=hints,
        text=prose or "something",
    )


def _title(parts: list[Block], hints: dict[directions.Role, str], prose: str) -> str:
    heading = next(
        (part.text for part in parts if part.kind == "heading" and directions.role_of(part.text) == "fact"), ""
    )
    if heading and parts and parts[0].kind != "heading" and len(prose) > 200:
        heading = next((part.text for part in parts[:2] if part.kind == "heading"), "")
    product = re.split(r"[,;(–]|\s-\s", hints.get("product", ""))[0]
    chosen = hints.get("title") or _NOT_TITLES.sub("", heading).strip() or _from_first_words(product or prose)
    chosen = re.sub(r"\s[–—-]\s(?=.*\b(?:film|video|clip|ad|spot|brief|recap|explainer|script)\b).*$", "", chosen)
    title = _clipped(capitalised(speakable(chosen)).rstrip(".,;:"))
    return title if re.search(r"\w", title) else "Untitled"


def _from_first_words(prose: str) -> str:
    subject = directions.subject_of(split(prose)[0] if split(prose) else prose)
    if count(subject) > 9:
        subject = re.split(r"[,;:–]|\s(?:who|that|which|where|because|when)\s", subject, maxsplit=1)[0]
    small = {"a", "an", "the", "and", "or", "of", "in", "on", "to", "for", "with", "at", "by", "from"}
    words = subject.split()[:9]
    return " ".join(w if at and w.lower() in small else w[:1].upper() + w[1:] for at, w in enumerate(words))


def _clipped(title: str, length: int = 70) -> str:
    return title if len(title) <= length else title[:length].rsplit(" ", 1)[0].rstrip(" ,;:–-")


def _hints(parts: list[Block]) -> dict[directions.Role, str]:
    found: dict[directions.Role, str] = {}
    for part in parts:
        role = directions.role_of(part.label) if part.kind == "field" else directions.role_of(part.section)
        if role != "fact" and part.kind != "heading":
            found.setdefault(role, part.text)
    return found


def _pieces(parts: list[Block], manner: Tone, hints: dict[directions.Role, str]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    number = 0
    for part in parts:
        number += part.kind in {"heading", "prose"}
        for sentence in _sentences(part, manner):
            for short in shortened(capitalised(speakable(sentence))):
                if count(short) >= 2 and all(short != piece.text for piece in pieces):
                    pieces.append(Piece(short, number, part.section))
    product = hints.get("product", "")
    if manner == "ad" and count(product) > 3 and not any("Meet " in piece.text for piece in pieces):
        pieces.insert(0, Piece(capitalised(speakable(facts.product_told(product))), 0))
    if manner == "ad" and "cta" in hints:
        last = capitalised(speakable(facts.call_told(hints["cta"])))
        pieces = [piece for piece in pieces if piece.text != last]
        pieces.append(Piece(last, number + 1, weight=5.0))
    return tuple(pieces)


def _sentences(part: Block, manner: Tone) -> list[str]:
    """Give what a block tells, or nothing when it only directs."""
    under = directions.role_of(part.section)
    role = directions.role_of(part.label) if part.kind == "field" else under
    if (
        part.kind == "heading"
        or (role == "cta" and manner == "ad")
        or {role, under} & {"title", "aside", "cast", "place", "lesson", "topic", "want"}
    ):
        return []
    if part.kind == "field":
        return _field(part, role)
    if role == "product":
        return []
    sentences = split(part.text)
    if part.kind == "item" and len(sentences) == 1:
        return [facts.item_told(part.text, "It")] if manner == "ad" else sentences
    return _prose(sentences)


def _field(part: Block, role: directions.Role) -> list[str]:
    if role == "product":
        return [facts.product_told(part.text)] if count(part.text) > 1 else []
    return [facts.field_told(part.label, part.text) if role == "fact" else facts.call_told(part.text)]


def _prose(sentences: list[str]) -> list[str]:
    """Tell a paragraph; in one that directs, mere fragments direct too."""
    if len(sentences) == 1 and directions.is_bare_order(sentences[0]):
        return []
    if any(map(directions.is_aside, sentences)):
        sentences = [sentence for sentence in sentences if not directions.is_fragment(sentence)]
    told = (directions.told(sentence) for sentence in sentences)
    return [sentence for sentence in told if sentence is not None]
