"""The sheet that a chart is drawn on: its colours, its measure, and the room that captions and a title leave."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from mediamill_media.image.charts.contract import Draw, Theme
from mediamill_media.image.charts.lettering import Style, Weight, fitted


class Ink(NamedTuple):
    """The colours of a theme; ``marks`` can be told apart by everybody, also in grey."""

    paper: str
    text: str
    quiet: str
    """Of what is less important, still readable: 4.5 to 1 at least."""
    empty: str
    """Of what is not counted."""
    marks: tuple[str, ...]


INKS: dict[Theme, Ink] = {
    "light": Ink("#f7f5ef", "#17212b", "#56616b", "#d3d6d4", ("#0b6e69", "#c2590a", "#3d4fa3", "#8f2d56")),
    "dark": Ink("#111a24", "#f4f2ec", "#a9b4bd", "#34414d", ("#3cc6b4", "#f5a54a", "#93a5ff", "#f28ab2")),
}


_SPACED = 1.1
"""How much wider a line of capitals is when its letters are set apart."""


class Room(NamedTuple):
    """A part of the sheet, in pixels."""

    x: float
    y: float
    width: float
    height: float

    def columns(self, number: int, gap: float) -> list[Room]:
        """Part it from left to right."""
        width = (self.width - gap * (number - 1)) / number
        return [Room(self.x + at * (width + gap), self.y, width, self.height) for at in range(number)]

    def rows(self, number: int, gap: float) -> list[Room]:
        """Part it from top to bottom."""
        height = (self.height - gap * (number - 1)) / number
        return [Room(self.x, self.y + at * (height + gap), self.width, height) for at in range(number)]

    def below(self, height: float) -> Room:
        """Give what is left under its first so many pixels."""
        return Room(self.x, self.y + height, self.width, max(1.0, self.height - height))


@dataclass(frozen=True)
class Sheet:
    """A sheet in the size of a film."""

    width: int
    height: int
    ink: Ink

    @classmethod
    def of(cls, ask: Draw) -> Sheet:
        """Take the sheet that an ask wants."""
        return cls(*ask.size, INKS[ask.theme])

    @property
    def unit(self) -> float:
        """A hundredth of the side of a square as large as the sheet: letters and gaps are so many of it."""
        return math.sqrt(self.width * self.height) / 100

    @property
    def is_upright(self) -> bool:
        """Whether it is higher than wide."""
        return self.height > self.width

    @property
    def room(self) -> Room:
        """What charts may fill: under a strip for a tag, over the captions of a film of this shape."""
        bottom = 0.72 if self.is_upright else 0.80 if self.width < 1.3 * self.height else 0.83
        margin = 0.07 * self.width
        top = 0.11 * self.height
        return Room(margin, top, self.width - 2 * margin, bottom * self.height - top)

    def style(self, units: float, weight: Weight, fill: str | None = None) -> Style:
        """Give letters of so many units."""
        return Style(units * self.unit, weight, fill or self.ink.text)

    def document(self, body: str, *, paper: str | None = None) -> str:
        """Wrap what was drawn into an SVG document, on paper if there is any."""
        sheet = "" if paper is None else f'<rect width="{self.width}" height="{self.height}" fill="{paper}"/>'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{self.width}" '
            f'height="{self.height}" viewBox="0 0 {self.width} {self.height}">{sheet}{body}</svg>'
        )


def head(sheet: Sheet, ask: Draw) -> tuple[str, Room]:
    """Write heading and title, and give the room that is left."""
    room, unit, body = sheet.room, sheet.unit, ""
    if ask.heading:
        style = sheet.style(2.9, "semibold", sheet.ink.marks[0])
        line = fitted(ask.heading.upper(), style, room.width / _SPACED, 1)
        body += f'<g letter-spacing="{0.04 * line.style.size:.2f}">' + line.svg(room.x, room.y) + "</g>"
        room = room.below(line.height + 0.6 * unit)
    if ask.title:
        title = fitted(ask.title, sheet.style(4.6, "semibold"), room.width, 2)
        body += title.svg(room.x, room.y)
        room = room.below(title.height)
    return body, room.below(2.2 * unit)
