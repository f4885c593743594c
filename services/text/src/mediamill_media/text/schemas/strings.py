"""Strings for a schema: right in length, format and, where it is simple, pattern; told by their property's name."""

from __future__ import annotations

import random
import re
import uuid
from typing import Any

from mediamill.errors import Permanent
from mediamill_media.text.reading.brief import Brief
from mediamill_media.text.reading.tables import table
from mediamill_media.text.writing.narration import topic
from mediamill_media.text.writing.words import keywords

_FORMATS: dict[str, str] = table("cues")["formats"]
_LONG = re.compile(
    r"summary|description|text|body|content|abstract|story|paragraph|overview|narration|caption|explanation|"
    r"instructions?|detail|answer|bio"
)
_TITLE = re.compile(r"title|headline|heading|name$|subject|topic|label|product|brand")
_PERSON = re.compile(r"author|person|character|hero|who|speaker|first_?name|full_?name|^name$")
_CALL = re.compile(r"cta|call_?to_?action|action|button")
_WORD = re.compile(r"tags?|keywords?|category|word|slug|id|key|type|hashtag|genre|mood|colou?r")
LONGEST_PATTERN = 200
_PIECE = re.compile(r"(\\[dw.\-/+?()]|\[[^\]\[]+\]|\.|[\w @#/:,_-])(\{(\d{1,3})(?:,(\d{0,3}))?\}|[+*?])?")


class Words:
    """What a prompt has to give: its title, names, sentences and keywords, dealt in turn."""

    def __init__(self, brief: Brief, chance: random.Random) -> None:
        self._chance = chance
        self._title = brief.title
        self._topic = topic(brief)
        self._names = [person.name for person in brief.cast if person.named]
        self._sentences = [piece.text for piece in brief.pieces] or [f"{brief.title}."]
        self._keys = keywords(brief.text) or ["idea"]
        self._call = brief.hints.get("cta") or f"Discover {self._topic}"
        self._dealt: dict[str, int] = {}

    def for_name(self, name: str) -> str:
        """Give the words that fit a property of this name best; asked again, the next ones."""
        plain = name.lower()
        if _PERSON.search(plain) and self._names:
            return self._next("names", self._names)
        if _CALL.search(plain):
            return self._call
        if _LONG.search(plain):
            return self._next("sentences", self._sentences)
        if _WORD.fullmatch(plain) or plain.endswith(("tags", "keywords", "_id", "id")):
            return self._next("keys", self._keys)
        return self._title if _TITLE.search(plain) and not self._dealt.get("title") else self._after_title(plain)

    def _after_title(self, plain: str) -> str:
        if _TITLE.search(plain):
            self._dealt["title"] = 1
            return self._next("titles", [self._title, *(key.capitalize() for key in self._keys)])
        return self._next("sentences", self._sentences)

    def _next(self, kind: str, choices: list[str]) -> str:
        at = self._dealt.get(kind, 0)
        self._dealt[kind] = at + 1
        return choices[at % len(choices)]


def string(schema: dict[str, Any], name: str, words: Words, chance: random.Random, path: str) -> str:
    """Give a string for a schema. Raises ``Permanent`` with the path when its pattern is beyond this writer."""
    least, most = int(schema.get("minLength", 0)), int(schema.get("maxLength", 100_000))
    if least > 20_000 or most < least:
        raise Permanent(f"{path}: no string has {least} to {most} characters here")
    if schema.get("format") == "uuid":
        return str(uuid.UUID(int=chance.getrandbits(128), version=4))
    if "pattern" in schema:
        return _by_pattern(str(schema["pattern"]), name, words, (least, most), path)
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    return _fitted(words.for_name(name), words, least, most)


def _fitted(text: str, words: Words, least: int, most: int) -> str:
    while len(text) < least:
        text = f"{text} {words.for_name('text')}"
    if len(text) <= most:
        return text
    short = text[: most + 1].rsplit(" ", 1)[0].rstrip(" ,;:–-") if " " in text[: most + 1] else text[:most]
    return short if least <= len(short) <= most else text[:most]


def check_pattern(pattern: str, path: str) -> None:
    """Refuse patterns whose matching could take for ever, before anything matches them."""
    quantified_twice = re.search(
        r"[+*}]\)?[+*{]|\([^()]*(?:[+*]|\{\d*,)[^()]*\)\s*(?:[+*]|\{)|\(.*\|.*\)[+*{]", pattern
    )
    if len(pattern) > LONGEST_PATTERN or quantified_twice or "\\1" in pattern:
        raise Permanent(f"{path}: the pattern {pattern[:60]!r} is too involved for the local writer")
    try:
        re.compile(pattern)
    except re.error as error:
        raise Permanent(f"{path}: the pattern {pattern[:60]!r} is not a regular expression: {error}") from None


def _by_pattern(pattern: str, name: str, words: Words, sizes: tuple[int, int], path: str) -> str:
    least, most = sizes
    offered = words.for_name(name)
    slug = re.sub(r"[^a-z0-9]+", "-", offered.lower()).strip("-")
    candidates = [
        offered,
        slug,
        slug.replace("-", "_"),
        slug.replace("-", "").upper(),
        f"#{slug}",
        offered.split()[0],
        "1",
        "#3f6fd1",
        *_FORMATS.values(),
    ]
    for candidate in [*candidates, _generated(pattern)]:
        for text in (candidate, candidate[:most]):
            if least <= len(text) <= most and re.search(pattern, text):
                return text
    raise Permanent(f"{path}: the local writer finds no string for the pattern {pattern[:60]!r}")


def _generated(pattern: str) -> str:
    """Spell out a flat pattern: classes, literals and counts, one after another."""
    body = pattern.removeprefix("^").removesuffix("$")
    made: list[str] = []
    at = 0
    while at < len(body):
        piece = _PIECE.match(body, at)
        if piece is None:
            return ""
        times = int(piece[3]) if piece[3] else 0 if piece[2] in {"*", "?"} else 1
        made.append(_sample(piece[1]) * times)
        at = piece.end()
    return "".join(made)


def _sample(piece: str) -> str:
    if piece in {"\\d", "\\w", "."}:
        return "1" if piece == "\\d" else "a"
    if piece.startswith("["):
        inside = piece[1:-1]
        if inside.startswith("^"):
            return next((sign for sign in "aA1-_ " if re.match(piece, sign) is not None), "a")
        return next((sign for sign in "a1A-_ #.@" if re.match(piece, sign)), inside[0])
    return piece.removeprefix("\\")
