"""Letters: how wide they are, how lines break, and how they are written into SVG."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Literal, NamedTuple

import fontpkg_fira_sans
from PIL import ImageFont

Weight = Literal["regular", "medium", "semibold", "bold"]
Anchor = Literal["start", "middle", "end"]

FAMILY = "Fira Sans"
"""It has Greek, raised and lowered digits, and the signs of statistics."""
_FACES: dict[Weight, tuple[str, int]] = {
    "regular": ("FiraSans-Regular.ttf", 400),
    "medium": ("FiraSans-Medium.ttf", 500),
    "semibold": ("FiraSans-SemiBold.ttf", 600),
    "bold": ("FiraSans-Bold.ttf", 700),
}
_MEASURED_AT = 100
LEADING = 1.22
"""From one line to the next, over the size of its letters."""


class Style(NamedTuple):
    """How a text looks; ``size`` is in pixels."""

    size: float
    weight: Weight
    fill: str


class Block(NamedTuple):
    """Lines that were fitted into a width."""

    lines: tuple[str, ...]
    style: Style

    @property
    def height(self) -> float:
        """How high it is, in pixels."""
        return len(self.lines) * self.style.size * LEADING

    def svg(self, x: float, top: float, anchor: Anchor = "start") -> str:
        """Write it with its upper edge at ``top``."""
        size = self.style.size
        return "".join(
            write(line, x, top + size * (0.94 + LEADING * row), self.style, anchor)
            for row, line in enumerate(self.lines)
        )


def font_files() -> list[str]:
    """Give the paths of the fonts that are drawn with."""
    return [str(_path(name)) for name, _ in _FACES.values()]


def width_of(text: str, style: Style) -> float:
    """Tell how wide a line is, in pixels."""
    return _face(style.weight).getlength(text) * style.size / _MEASURED_AT


def write(text: str, x: float, baseline: float, style: Style, anchor: Anchor = "start") -> str:
    """Write one line."""
    look = f'font-family="{FAMILY}" font-size="{style.size:.2f}" font-weight="{_FACES[style.weight][1]}"'
    place = f'x="{x:.2f}" y="{baseline:.2f}" text-anchor="{anchor}"'
    return f'<text {place} {look} fill="{style.fill}">{escape(text)}</text>'


def fitted(text: str, style: Style, width: float, lines: int, smallest: float = 0.6) -> Block:
    """Break a text into at most so many lines, in smaller letters where it must be, at last with an ellipsis."""
    size = style.size
    while size > style.size * smallest and len(_broken(text, style._replace(size=size), width)) > lines:
        size *= 0.94
    fit = style._replace(size=size)
    rows = _broken(text, fit, width)
    if len(rows) > lines:
        rows = [*rows[: lines - 1], _shortened(" ".join(rows[lines - 1 :]), fit, width)]
    return Block(tuple(rows), fit)


def _broken(text: str, style: Style, width: float) -> list[str]:
    rows: list[str] = []
    for word in text.split():
        for piece in _pieces(word, style, width):
            longer = f"{rows[-1]} {piece}" if rows else piece
            if rows and width_of(longer, style) <= width:
                rows[-1] = longer
            else:
                rows.append(piece)
    return rows or [""]


def _pieces(word: str, style: Style, width: float) -> list[str]:
    """Give a word, in pieces where it alone is wider than a line."""
    pieces = [""]
    for letter in word if width_of(word, style) > width else ():
        if pieces[-1] and width_of(pieces[-1] + letter, style) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces if pieces[0] else [word]


def _shortened(text: str, style: Style, width: float) -> str:
    while text and width_of(f"{text}…", style) > width:
        text = text[:-1].rstrip()
    return f"{text}…"


def _path(name: str) -> Path:
    return Path(fontpkg_fira_sans.ROOT) / "files" / name


@lru_cache(maxsize=len(_FACES))
def _face(weight: Weight) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_path(_FACES[weight][0])), _MEASURED_AT)
