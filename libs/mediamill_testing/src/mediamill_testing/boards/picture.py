"""A dashboard as a picture of its answers. It is no Grafana: it shows what the panels say, not how they look."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image, ImageDraw, ImageFont

from mediamill_testing.boards.shown import Line, Shown, ShownBoard

WIDTH, HEIGHT, GAP, HEAD = 620, 270, 14, 46
PLOT = (64, 34, 390, 236)
MOST_LINES, MOST_ROWS = 12, 9
INK, FAINT, PAPER, CARD = "#d8d9da", "#6e7680", "#111217", "#181b1f"
COLOURS = ("#73bf69", "#f2cc0c", "#5794f2", "#ff780a", "#f2495c", "#b877d9", "#37872d", "#8ab8ff", "#ffa6b0", "#c8f2c2")


class Box(NamedTuple):
    """Where a panel is drawn."""

    x: int
    y: int


def draw(board: ShownBoard, path: Path) -> None:
    """Write a dashboard's picture as PNG."""
    rows = -(-len(board.panels) // 2)
    image = Image.new("RGB", (2 * WIDTH + 3 * GAP, HEAD + rows * (HEIGHT + GAP) + GAP), PAPER)
    pen = ImageDraw.Draw(image)
    pen.text((GAP, 12), board.title, INK, ImageFont.load_default(22))
    for number, panel in enumerate(board.panels):
        row, column = divmod(number, 2)
        _card(pen, Box(GAP + column * (WIDTH + GAP), HEAD + row * (HEIGHT + GAP)), panel)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)


def _card(pen: ImageDraw.ImageDraw, at: Box, panel: Shown) -> None:
    pen.rounded_rectangle((at.x, at.y, at.x + WIDTH, at.y + HEIGHT), 6, CARD)
    pen.text((at.x + 12, at.y + 9), panel.title, INK, ImageFont.load_default(14))
    if panel.columns:
        _table(pen, at, panel)
    else:
        _graph(pen, at, panel)


def _table(pen: ImageDraw.ImageDraw, at: Box, panel: Shown) -> None:
    font, step = ImageFont.load_default(12), (WIDTH - 24) // len(panel.columns)
    for row, cells in enumerate([panel.columns, *panel.rows[:MOST_ROWS]]):
        for column, cell in enumerate(cells):
            place = (at.x + 12 + column * step, at.y + 38 + row * 22)
            pen.text(place, _cell(cell), FAINT if row == 0 else INK, font)


def _cell(value: Any) -> str:
    return str(value)[:26]


def _graph(pen: ImageDraw.ImageDraw, at: Box, panel: Shown) -> None:
    font = ImageFont.load_default(11)
    left, top, right, bottom = at.x + PLOT[0], at.y + PLOT[1], at.x + PLOT[2], at.y + PLOT[3]
    points = [point for line in panel.lines for point in line.points]
    highest = max([value for _, value in points], default=0) or 1
    begin, end = min(at for at, _ in points), max(at for at, _ in points)
    for part in range(5):
        y = bottom - (bottom - top) * part / 4
        pen.line((left, y, right, y), "#2c3235")
        pen.text((at.x + 8, y - 6), written(highest * part / 4, panel.unit), FAINT, font)
    pen.text((left, bottom + 6), f"last {end - begin:.0f} s", FAINT, font)
    for number, line in enumerate(panel.lines):
        colour = COLOURS[number % len(COLOURS)]
        spots = [
            (
                left + (right - left) * (when - begin) / max(1.0, end - begin),
                bottom - (bottom - top) * min(1.0, max(0.0, value) / highest),
            )
            for when, value in line.points
        ]
        pen.line(spots if len(spots) > 1 else [(left, spots[0][1]), (right, spots[0][1])], colour, 2)
    _legend(pen, (right + 16, top), panel.lines, panel.unit)


def _legend(pen: ImageDraw.ImageDraw, at: tuple[int, int], lines: Sequence[Line], unit: str) -> None:
    font = ImageFont.load_default(11)
    for number, line in enumerate(lines[:MOST_LINES]):
        y = at[1] + number * 16
        pen.rectangle((at[0], y + 4, at[0] + 8, y + 8), COLOURS[number % len(COLOURS)])
        pen.text((at[0] + 14, y), f"{line.name[:26]}  {written(line.points[-1][1], unit)}", INK, font)
    if len(lines) > MOST_LINES:
        pen.text((at[0] + 14, at[1] + MOST_LINES * 16), f"and {len(lines) - MOST_LINES} more", FAINT, font)


def written(value: float, unit: str) -> str:
    """Write a value in a panel's unit, shortly."""
    if unit in {"bytes", "Bps"}:
        for name in ("B", "kB", "MB", "GB"):
            if value < 1000 or name == "GB":
                return f"{value:.3g} {name}{'/s' if unit == 'Bps' else ''}"
            value /= 1000
    if unit == "s":
        return f"{value * 1000:.3g} ms" if value < 1 else f"{value:.3g} s"
    suffix = {"ops": "/s", "reqps": "/s", "currencyUSD": " USD"}.get(unit, "")
    return f"{value:,.0f}{suffix}" if value >= 1000 else f"{value:.3g}{suffix}"
