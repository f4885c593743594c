"""Numbers as lengths: bars side by side, or two columns before and after; every one of them begins at zero."""

from __future__ import annotations

from mediamill_media.image.charts.contract import Draw, Figure
from mediamill_media.image.charts.lettering import LEADING, Block, fitted, width_of, write
from mediamill_media.image.charts.sheet import Room, Sheet

_ROUND = 0.12
_TALLEST_ROW = 19.0


def bars(sheet: Sheet, ask: Draw, room: Room, *, counted: bool) -> str:
    """Draw a bar under each label, with its number at its end."""
    unit, number = sheet.unit, len(ask.figures)
    high = min(room.height / number, _TALLEST_ROW * unit)
    value = sheet.style(min(4.8, 0.36 * high / unit), "bold")
    widest = max(width_of(figure.shown, value) for figure in ask.figures)
    longest = max(room.width - widest - 1.5 * unit, 0.3 * room.width)
    most = max(figure.value for figure in ask.figures) or 1.0
    rows = Room(room.x, room.y, room.width, high * number).rows(number, 0)
    body = ""
    for at, (figure, row) in enumerate(zip(ask.figures, rows, strict=True)):
        colour = sheet.ink.marks[at if number == 2 else 0]
        label = fitted(figure.label, sheet.style(min(3.2, 0.3 * high / unit), "medium"), room.width, 1, smallest=0.7)
        body += label.svg(row.x, row.y)
        top, thick = row.y + label.height + 0.04 * high, 0.46 * high
        if counted:
            length = longest * figure.value / most
            body += _rect(row.x, top, length, thick, colour)
            baseline = top + thick / 2 + 0.35 * value.size
            body += write(figure.shown, row.x + length + unit, baseline, value._replace(fill=colour))
        body += _rect(row.x - 0.15 * unit, top, 0.3 * unit, thick, sheet.ink.text, 0)
    return body


def change(sheet: Sheet, ask: Draw, room: Room, *, counted: bool) -> str:
    """Draw two columns on one line, and an arrow from the first to the second."""
    unit = sheet.unit
    inner = Room(room.x + 0.08 * room.width, room.y, 0.84 * room.width, room.height)
    places = inner.columns(2, 0.06 * room.width)
    labels = [fitted(f.label, sheet.style(3.2, "medium"), p.width, 2) for f, p in zip(ask.figures, places, strict=True)]
    shown = [fitted(f.shown, sheet.style(5.0, "bold"), p.width, 1) for f, p in zip(ask.figures, places, strict=True)]
    ground = room.y + room.height - max(label.height for label in labels) - unit
    tallest = ground - room.y - max(block.height for block in shown) - 0.6 * unit
    most = max(figure.value for figure in ask.figures) or 1.0
    wide = min(15 * unit, 0.55 * places[0].width)
    tops = [ground - max(tallest, 1.0) * figure.value / most for figure in ask.figures]
    body = _rect(room.x, ground, room.width, 0.3 * unit, sheet.ink.text, 0)
    for at, (label, place) in enumerate(zip(labels, places, strict=True)):
        middle = place.x + place.width / 2
        body += label.svg(middle, ground + unit, "middle")
        if counted:
            body += _rect(middle - wide / 2, tops[at], wide, ground - tops[at], sheet.ink.marks[at])
            body += _over(shown[at], middle, tops[at] - 0.4 * unit, sheet.ink.marks[at])
    if counted:
        left, right = (place.x + place.width / 2 for place in places)
        height = ground - max(1.6 * unit, (ground - max(tops)) / 2)
        body += _arrow(sheet, (left + wide / 2 + unit, height), (right - wide / 2 - 1.4 * unit, height))
    return body


def number(sheet: Sheet, ask: Draw, room: Room, *, counted: bool) -> str:
    """Write one number as large as it may be, and what it is of below it."""
    figure: Figure = ask.figures[0]
    label = fitted(figure.label, sheet.style(4.6, "medium"), room.width, 3)
    tall = min(19.0, max(6.0, (room.height - label.height) / sheet.unit / LEADING))
    large = fitted(figure.shown, sheet.style(tall, "bold", sheet.ink.marks[0]), room.width, 1, smallest=0.2)
    top = room.y + max(0.0, (room.height - large.height - label.height) / 2.4)
    body = label.svg(room.x, top + large.height)
    return body + large.svg(room.x, top) if counted else body


def _over(block: Block, x: float, bottom: float, colour: str) -> str:
    return Block(block.lines, block.style._replace(fill=colour)).svg(x, bottom - block.height, "middle")


def _rect(x: float, y: float, width: float, height: float, fill: str, rounding: float = _ROUND) -> str:
    """Draw a rectangle; its corners are round by a share of its shorter side, and so small that they hide no length."""
    radius = rounding * min(width, height, 40)
    size = f'width="{width:.2f}" height="{height:.2f}"'
    return f'<rect x="{x:.2f}" y="{y:.2f}" {size} rx="{radius:.2f}" fill="{fill}"/>'


def _arrow(sheet: Sheet, start: tuple[float, float], end: tuple[float, float]) -> str:
    """Draw it quietly: it leads the eye and measures nothing."""
    wide = 0.35 * sheet.unit
    size = 'viewBox="0 0 10 10" refX="6" refY="5" markerWidth="5" markerHeight="5" orient="auto"'
    head = f'<marker id="a" {size}><path d="M0 0L10 5L0 10z" fill="{sheet.ink.quiet}"/></marker>'
    line = f'x1="{start[0]:.2f}" y1="{start[1]:.2f}" x2="{end[0]:.2f}" y2="{end[1]:.2f}"'
    look = f'stroke="{sheet.ink.quiet}" stroke-width="{wide:.2f}" stroke-dasharray="{2 * wide:.2f} {2 * wide:.2f}"'
    return f'<defs>{head}</defs><line {line} {look} marker-end="url(#a)"/>'
