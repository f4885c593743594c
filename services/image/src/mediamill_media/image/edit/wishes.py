"""What an order asks of a photograph, read from its words: a pure value, in the order in which it is done."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from mediamill_media.image.art.colors import named
from mediamill_media.image.edit.clauses import FILLERS
from mediamill_media.image.edit.styles import STYLES
from mediamill_media.image.edit.tones import TONES
from mediamill_media.image.prompt.lexicon import Match, ignored, matches, tables, tokens

_TONE_WORDS: Mapping[str, str] = {
    "black and white": r"black[- ]and[- ]white|gr[ae]y ?scale|monochrome|desaturate[d]?",
    "sepia": r"sepia|vintage|antique|old[- ]fashioned",
    "warm": r"warm(?:er)?|golden light|cozy|cosy",
    "cool": r"cool(?:er)?|cold(?:er)?|icy",
    "vivid": r"vivid|vibrant|colou?rful|saturated?|punchy",
    "muted": r"muted|faded?|pastel|washed[- ]out",
    "brighter": r"bright(?:er|en)|light(?:er|en)",
    "darker": r"dark(?:er|en)|dim(?:mer)?",
    "contrast": r"contrast|dramatic",
    "inverted": r"invert(?:ed)?|negative",
    "sharper": r"sharp(?:er|en)?|crisp(?:er)?",
    "blurred": r"blur(?:red|ry)?|soft focus|out of focus",
    "night": r"night(?:time)?|moonlit|midnight",
    "sunset": r"sunset|dusk|evening|golden hour",
    "dawn": r"dawn|sunrise|early morning",
    "fog": r"fog(?:gy)?|mist(?:y)?|haz[ey]",
}
_STYLE_WORDS: Mapping[str, str] = {
    "sketch": r"sketch(?:ed)?|pencil|drawing|drawn",
    "watercolor": r"water ?colou?rs?|aquarelle",
    "storybook": r"story ?book|illustrat(?:ed|ion)|cartoon|painted|painting|oil",
    "flat": r"flat|poster(?:ized|ised)?|vector|pop art",
    "paper-cut": r"paper[- ]?cut(?:s|out)?|collage",
    "blueprint": r"blue ?print|technical drawing",
}
_ENLARGE = re.compile(r"\b(?:upscale[d]?|up-?sample|enlarge[d]?|super[- ]?resolution|higher resolution)\b")
_TIMES = re.compile(r"\b(?:([2-8])(?:\.0)?\s*(?:x|times)|x\s*([2-8]))\b|\b(double|twice)\b")
_GROUND = re.compile(r"\bbackground\b|\bbehind (?:it|him|her|them)\b|\bbackdrop\b")
_REMOVE = re.compile(r"\b(?:remove|delete|erase|clean up|take (?:out|away)|get rid of|fill(?: in)?|inpaint)\b")
_SOURCE = re.compile(r"\b(?:from|change|turn|replace|swap|recolou?r)\b.*\b(?:to|into|with|for)\b")


class Recolor(NamedTuple):
    """A colour, and which one it takes the place of, if that is said."""

    target: str
    source: str | None = None


@dataclass(frozen=True)
class Wishes:
    """What is to be done."""

    enlarge: float = 1.0
    removes: bool = False
    ground: str | None = None
    """What is to be behind: words, ``blurred``, or a colour."""
    recolor: Recolor | None = None
    tones: tuple[str, ...] = ()
    style: str | None = None
    unknown: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether anything is to be done."""
        return bool(self.enlarge > 1 or self.removes or self.ground or self.recolor or self.tones or self.style)


def read_wishes(prompt: str) -> Wishes:
    """Read an order."""
    text = prompt.lower()
    ground = _ground(text)
    rest = _GROUND.sub(" ", text) if ground is None else ""
    style, rest = next(_found(_STYLE_WORDS, rest), (None, rest))
    tones = []
    while found := next(_found(_TONE_WORDS, rest), None):
        tone, rest = found
        tones.append(tone)
    recolor = _recolor(rest)
    return Wishes(
        enlarge=_enlarge(text),
        removes=bool(_REMOVE.search(text)) and ground is None,
        ground=ground,
        recolor=recolor,
        tones=tuple(name for name in TONES if name in tones),
        style=style if style in STYLES else None,
        unknown=tuple(_strangers(rest)),
    )


def _found(table: Mapping[str, str], text: str) -> Iterator[tuple[str, str]]:
    for name, words in table.items():
        if re.search(rf"\b(?:{words})\b", text):
            yield name, re.sub(rf"\b(?:{words})\b", " ", text)


def _enlarge(text: str) -> float:
    if not _ENLARGE.search(text) and "resolution" not in text:
        return 1.0
    told = _TIMES.search(text)
    return float(told[1] or told[2] or 2) if told else 2.0


def _ground(text: str) -> str | None:
    """Give what is to be behind the subject: what is said of the background beside orders and fillers."""
    if not _GROUND.search(text):
        return None
    if re.search(r"\bblur", text):
        return "blurred"
    owed_nothing = FILLERS | ignored() | {"background", "backdrop", "behind", "with"}
    told = [token.word for token in tokens(text) if token.word not in owed_nothing]
    colors = [_color_of(match) for match in matches(tokens(" ".join(told)))]
    if len(colors) == 1 and colors[0] is not None:
        return colors[0]
    return " ".join(told) or "plain"


def _color_of(match: Match) -> str | None:
    value = match.words if match.words.startswith("#") else match.value("colors")
    return None if value is None else named(value)


def _recolor(text: str) -> Recolor | None:
    colors = [color for match in matches(tokens(text)) if (color := _color_of(match)) is not None]
    if not colors:
        return None
    if len(colors) > 1 and _SOURCE.search(text):
        return Recolor(colors[1], colors[0])
    return Recolor(colors[0])


def _strangers(text: str) -> Iterator[str]:
    done = _ENLARGE.sub(" ", _TIMES.sub(" ", _REMOVE.sub(" ", text)))
    for match in matches(tokens(done)):
        is_color = match.value("colors") is not None or match.words.startswith("#")
        words = set(match.words.split())
        if not is_color and not words & (FILLERS | ignored()) and match.words not in tables()["times"]:
            yield match.words
