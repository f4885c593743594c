"""Words in a box: as large as they fit, in lines of even length."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import fontpkg_poppins
from PIL import Image, ImageDraw, ImageFont

HEAVY, STRONG = "Poppins-Bold.ttf", "Poppins-SemiBold.ttf"
LEADING = 1.22
"""The distance of two lines over the size of the letters."""
_SMALLEST = 8


class Words(NamedTuple):
    """A text, broken into lines of one size."""

    lines: tuple[str, ...]
    font: str
    size: int

    @property
    def height(self) -> int:
        """How high they stand, in pixels."""
        return round(len(self.lines) * self.size * LEADING)

    @property
    def width(self) -> int:
        """How wide the longest line is, in pixels."""
        return round(max((_length(line, self.font, self.size) for line in self.lines), default=0))


def fitted(text: str, font: str, box: tuple[int, int], *, most_lines: int, largest: int) -> Words:
    """Break a text into lines that a box holds, as large as goes; what fits at no size is cut, with an ellipsis."""
    width, height = box
    words = plain(text).split()
    if not words:
        return Words((), font, _SMALLEST)
    low, high = _SMALLEST, max(_SMALLEST, largest)
    while low < high:
        size = (low + high + 1) // 2
        found = _lines(words, font, size, width, most_lines)
        if found is None or len(found) * size * LEADING > height:
            high = size - 1
        else:
            low = size
    lines = _lines(words, font, low, width, most_lines)
    return Words(_evened(words, font, low, lines) if lines else _cut(words, font, low, width, most_lines), font, low)


def plain(text: str) -> str:
    """Take out what draws nothing or would break a line by itself."""
    return "".join(" " if unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp"} else char for char in text)


def write(picture: Image.Image, words: Words, middle_x: int, top: int, ink: str) -> None:
    """Write centred lines on a picture, the first line's box beginning at ``top``."""
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(words.lines):
        y = top + round((number + 0.5) * words.size * LEADING)
        draw.text((middle_x, y), line, fill=ink, font=_font(words.font, words.size), anchor="mm")


@lru_cache(maxsize=64)
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    path = Path(fontpkg_poppins.ROOT) / "files" / name
    # The basic layout does not need a library that machines may lack, and then lays out differently.
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


def _length(line: str, font: str, size: int) -> float:
    return _font(font, size).getlength(line)


def _lines(words: Sequence[str], font: str, size: int, width: float, most: int) -> tuple[str, ...] | None:
    """Break greedily, or give nothing when there are too many lines or a word is wider than a line."""
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _length(longer, font, size) <= width:
            lines[-1] = longer
        elif len(lines) < most and _length(word, font, size) <= width:
            lines.append(word)
        else:
            return None
    return tuple(lines)


def _evened(words: Sequence[str], font: str, size: int, lines: tuple[str, ...]) -> tuple[str, ...]:
    """Give the same number of lines, as narrow as they can be: no word stands alone on the last one."""
    low, high = 0.0, max(_length(line, font, size) for line in lines)
    for _ in range(10):
        tried = _lines(words, font, size, (low + high) / 2, len(lines))
        if tried is None:
            low = (low + high) / 2
        else:
            lines, high = tried, (low + high) / 2
    return lines


def _cut(words: Sequence[str], font: str, size: int, width: int, most: int) -> tuple[str, ...]:
    """Fill the lines letter by letter and end with an ellipsis."""
    letters = " ".join(words)
    lines: list[str] = []
    while letters and len(lines) < most:
        taken = next(n for n in range(len(letters), 0, -1) if n == 1 or _length(letters[:n], font, size) <= width)
        lines.append(letters[:taken].strip())
        letters = letters[taken:]
    return (*lines[:-1], f"{lines[-1][:-1]}…") if letters else tuple(lines)
