"""Shares as people: a hundred of them, as many filled as the number says, the last one in part."""

from __future__ import annotations

from collections.abc import Sequence

from mediamill_media.image.charts.contract import Draw, Figure
from mediamill_media.image.charts.lettering import fitted, width_of
from mediamill_media.image.charts.sheet import Room, Sheet

HUNDRED = 100
_SHAPES = ((10, 10), (20, 5), (25, 4))
_SLIM = 0.62
"""The width of a person's place over its height."""


def draw(sheet: Sheet, ask: Draw, room: Room, *, counted: bool) -> str:
    """Draw a crowd for each figure, side by side, on an upright sheet one under the other."""
    number, gap = len(ask.figures), 4 * sheet.unit
    parts = room.rows(number, 0.6 * gap) if sheet.is_upright else room.columns(number, gap)
    tall = sheet.unit * (7.5 if number == 1 else 6.0)
    crowds = [
        _crowd(sheet, figure, part, at, tall, counted=counted)
        for at, (figure, part) in enumerate(zip(ask.figures, parts, strict=True))
    ]
    return _person() + "".join(crowds)


def filled(value: float, at: int) -> float:
    """Tell how much of the person at a place is filled: 1, a part, or 0."""
    return min(1.0, max(0.0, value - at))


def _crowd(sheet: Sheet, figure: Figure, room: Room, number: int, tall: float, *, counted: bool) -> str:
    colour = sheet.ink.marks[number % len(sheet.ink.marks)]
    shown = fitted(figure.shown, sheet.style(tall / sheet.unit, "bold", colour), 0.45 * room.width, 1)
    beside = width_of(shown.lines[0], shown.style) + 1.4 * sheet.unit
    label = fitted(figure.label, sheet.style(3.2, "medium"), room.width - beside, 2, smallest=0.75)
    head = max(shown.height, label.height)
    body = label.svg(room.x + beside, room.y + (head - label.height) / 2)
    if counted:
        body += shown.svg(room.x, room.y + (head - shown.height) / 2)
    return body + _people(sheet, figure.value if counted else 0, room.below(head + sheet.unit), colour)


def _people(sheet: Sheet, value: float, room: Room, colour: str) -> str:
    columns, rows = max(_SHAPES, key=lambda shape: _place(room, shape))
    high = _place(room, (columns, rows))
    wide = high * _SLIM
    people = []
    for at in range(HUNDRED):
        x, y = room.x + wide * (at % columns), room.y + high * (at // columns)
        share = filled(value, at)
        if share < 1:
            people.append(_use(x, y, high, sheet.ink.empty))
        if share == 1:
            people.append(_use(x, y, high, colour))
        elif share > 0:
            clip = f'<clipPath id="c{at}{colour[1:]}"><rect x="{x:.2f}" y="{y + high * (1 - share):.2f}" '
            people.append(f'{clip}width="{wide:.2f}" height="{high * share:.2f}"/></clipPath>')
            people.append(f'<g clip-path="url(#c{at}{colour[1:]})">{_use(x, y, high, colour)}</g>')
    return "".join(people)


def _place(room: Room, shape: Sequence[int]) -> float:
    """Tell how high a person may be, in so many columns and rows."""
    return min(room.width / shape[0] / _SLIM, room.height / shape[1])


def _use(x: float, y: float, high: float, colour: str) -> str:
    return f'<use xlink:href="#p" transform="translate({x:.2f} {y:.2f}) scale({high / 100:.4f})" fill="{colour}"/>'


def _person() -> str:
    """Give a person, 100 high, once; each place refers to it."""
    body = "M15 92V52a16 16 0 0 1 32 0V92z"
    return f'<defs><g id="p"><circle cx="31" cy="19" r="12.5"/><path d="{body}"/></g></defs>'
