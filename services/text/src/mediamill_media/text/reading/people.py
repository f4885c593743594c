"""Finds who appears in a brief: named characters with their looks, or, failing names, its heroes by their kind."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from mediamill_media.text.reading import vocabulary
from mediamill_media.text.reading.directions import role_of
from mediamill_media.text.reading.markdown import Block
from mediamill_media.text.reading.tables import table, words

MOST = 4
_NEAR = 6000
"""Looks are told early; further down nobody looks for garments."""
_TITLES: dict[str, str] = table("cues")["titles"]
_NAME = r"[A-ZÀ-Þ][\w’']*[\w](?:\s(?!The\b)[A-ZÀ-Þ][\w’'-]+)?"
_DET = r"(?:[Aa]n?|[Tt]he|[Hh]er|[Hh]is|[Tt]heir|[Oo]ur|[Mm]y|[Oo]ne)"
_ADJ = r"(?:(?!(?:who|that|which|and then|is|was|named|called|an?|the|day|morning|evening|night)\b)[\w’'-]+,?\s+){0,5}?"
_WITH = (
    r"(?:\s+(?:with|in|wearing)\s+(?:(?:an?|the|her|his)\s+)?[\w\s’'-]{2,50}?"
    r"(?=\s+(?:who|that|which|lives?|has|had|is|was|wants?|finds?|learns?|keeps?)\b|[,.;:!?]|$))?"
)
_NOT_NAMES = words("not_names")


class Person(NamedTuple):
    """Somebody in the brief. ``looks`` is a noun phrase without an article, such as "little silver robot"."""

    name: str
    kind: str
    looks: str
    named: bool = True
    pronoun: str = "they"

    @property
    def short_looks(self) -> str:
        """The looks up to what they wear: enough to name them in a picture."""
        return re.split(r",|\s+(?:with|in|wearing|who|that)\s", self.looks, maxsplit=1)[0]


@cache
def _kind_pattern() -> str:
    known = sorted(vocabulary.kinds(), key=len, reverse=True)
    return rf"(?P<kind>{'|'.join(map(re.escape, known))})\b(?!\s+(?:arm|keeper|box|house|hall)\b)"


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    looks = rf"(?P<looks>{_ADJ}{_kind_pattern()}{_WITH})"
    name = rf"(?P<name>{_NAME})"
    return (
        re.compile(rf"\b{name},\s+(?:{_DET})\s+{looks}"),
        re.compile(rf"\b{_DET}\s+{looks}\s*,?\s+(?:named|called|whose name (?:is|was))\s+{name}"),
        re.compile(rf"\b{name}\s+(?:is|was)\s+{_DET}\s+{looks}"),
        re.compile(rf"\b{name}\s+the\s+{looks}"),
        re.compile(rf"^{name}\s*[:–—-]+\s*(?:{_DET}\s+)?{looks}", re.MULTILINE),
        re.compile(rf"\b{_DET}\s+{looks}\s*,\s+(?P<name>[A-Z]\w+)\b(?=[\s,.]+(?!\w+,))"),
    )


def people(blocks: list[Block], prose: str) -> tuple[Person, ...]:
    """Give at most four characters in the order of their appearance."""
    listed = "\n".join(f"{b.label} – {b.text}" if b.kind == "field" else b.text for b in blocks if b.kind != "heading")
    found: dict[str, tuple[int, Person]] = {}
    for at, block in enumerate(blocks):
        _keep(found, at, _listed(block))
    for pattern in _patterns():
        for match in pattern.finditer(listed):
            _keep(found, match.start("name"), _described(match))
    for at, person in _titled(listed):
        _keep(found, at, person)
    ordered = [person for _, person in sorted(found.values(), key=lambda entry: entry[0])]
    ordered = (_recurring(prose, ordered) + ordered)[:MOST] or _unnamed(prose)
    return tuple(person._replace(pronoun=_pronoun(person, prose), looks=_dressed(person, prose)) for person in ordered)


def _keep(found: dict[str, tuple[int, Person]], at: int, person: Person | None) -> None:
    if person is None or person.name in found:
        return
    if any(set(person.name.split()) & set(known.split()) - {"Old", "Captain"} for known in found):
        return
    found[person.name] = (at, person)


def _listed(block: Block) -> Person | None:
    """Read a line of a list of characters: "Biscuit: her nervous parrot, green with a yellow beak"."""
    if block.kind != "field" or role_of(block.section) != "cast":
        return None
    living = vocabulary.look(block.text).of("people", "animals")
    looks = re.sub(rf"^{_DET}\s", "", " ".join(block.text.rstrip(".").split()[:24]))
    return Person(block.label, living[0].says if living else "child", looks if living else f"child, {looks}")


def _described(match: re.Match[str]) -> Person | None:
    name = re.sub(r"[’']s$", "", match["name"])
    first = name.split()[0]
    if first in _NOT_NAMES and len(name.split()) > 1:
        name = name.split(maxsplit=1)[1]
        first = name
    if (
        first in _NOT_NAMES
        or (first.lower() in vocabulary.kinds() and first.lower() not in _TITLES)
        or (name.isupper() and len(name) > 3)
    ):
        return None
    looks = " ".join(match["looks"].replace(",", "").split())
    return Person(name, vocabulary.kinds()[match["kind"]], looks)


def _titled(text: str) -> list[tuple[int, Person]]:
    pattern = re.compile(rf"\b(?P<title>{'|'.join(t.capitalize() for t in _TITLES)})\.?\s(?P<rest>{_NAME})")
    return [
        (match.start(), Person(re.sub(r"[’']s$", "", match[0]), _learned(kind, text), _learned(kind, text)))
        for match in pattern.finditer(text)
        for kind in (_TITLES[match["title"].lower()],)
    ]


def _learned(kind: str, text: str) -> str:
    """A doctor outside medicine is a scientist."""
    medical = re.search(r"\b(?:patients?|hospital|clinic\w*|medic\w*|nurses?|surgery|ill|sick)\b", text, re.IGNORECASE)
    return "scientist" if kind == "doctor" and not medical else kind


def _unnamed(prose: str) -> list[Person]:
    """Take the first living being, and others that come up again, as characters without names."""
    living = [found for found in vocabulary.look(prose).of("people", "animals") if found.says != "person"]
    counts: dict[str, int] = {}
    for found in living:
        counts[found.says] = counts.get(found.says, 0) + (not found.plural)
    few = len(prose.split()) < 25
    early = prose.lower()[: len(prose) // 2]
    heroes = [
        kind
        for position, kind in enumerate(counts)
        if counts[kind] and (few or counts[kind] > 1 or (position == 0 and kind in early))
    ]
    return [Person(kind.title(), kind, _looks_of(kind, prose), named=False) for kind in heroes[:3]]


def _recurring(prose: str, named: list[Person]) -> list[Person]:
    """Give those without a name who come up often, beside people who are named only in passing."""
    known = {person.kind for person in named}
    if not named or max(prose.count(person.name.split()[-1]) for person in named) > 1:
        return []
    return [person for person in _unnamed(prose) if person.kind not in known and prose.lower().count(person.kind) > 2]


def _looks_of(kind: str, prose: str) -> str:
    pattern = re.compile(rf"\b(?:[Aa]n?|[Oo]ne)\s+(?P<looks>{_ADJ}{_kind_pattern()}{_WITH})")
    for match in pattern.finditer(prose):
        if vocabulary.kinds()[match["kind"]] == kind:
            return " ".join(match["looks"].replace(",", "").split())
    return kind


def _pronoun(person: Person, prose: str) -> str:
    """Take the pronoun that follows the name soonest; failing that, guess by kind and name."""
    called = person.name.split()[-1] if person.named else person.short_looks
    near = "".join(prose[m.end() : m.end() + 160] for m in re.finditer(rf"\b{re.escape(called)}\b", prose))
    said = re.findall(r"\b(she|her|he|him|his)\b", near.lower())
    if said:
        return "she" if said[0] in {"she", "her"} else "he"
    by_kind = {
        "girl": "she",
        "woman": "she",
        "grandmother": "she",
        "princess": "she",
        "boy": "he",
        "man": "he",
        "grandfather": "he",
    }
    called = next((part for part in person.name.split() if part.rstrip(".").lower() not in _TITLES), called)
    return by_kind.get(person.kind) or ("she" if called.endswith(("a", "ie", "y")) else "he")


def _dressed(person: Person, prose: str) -> str:
    """Add what the person wears, where a sentence about them, or the one after it, says so."""
    if re.search(r"\b(?:with|wearing)\b", person.looks):
        return person.looks
    called = person.name if person.named else person.kind
    for garment in _garment().finditer(prose[:_NEAR]):
        before = prose[max(0, garment.start() - 240) : garment.start()]
        at = before.lower().rfind(called.lower())
        stretch = before[at:]
        if at >= 0 and stretch.count(".") <= 1 and not _somebody_else(stretch, person):
            return f"{person.looks} with a {garment[1].lower()}"
    return person.looks


@cache
def _garment() -> re.Pattern[str]:
    colours, garments = "|".join(vocabulary.words_of("colors")), "|".join(vocabulary.words_of("garments"))
    worn = rf"\b(?:her|his|an?|same|wore|wears|with)\s((?:{colours})\s+(?:{garments}))\b"
    return re.compile(worn, re.IGNORECASE)


def _somebody_else(stretch: str, person: Person) -> bool:
    """Tell whether another living being or name stands between a person and a garment."""
    kinds = [found.says for found in vocabulary.look(stretch).of("people", "animals") if found.says != person.kind]
    names = [name for name in re.findall(r"(?<!^)(?<![.!?] )\b[A-Z]\w+", stretch) if name not in person.name]
    return bool(kinds or names)
