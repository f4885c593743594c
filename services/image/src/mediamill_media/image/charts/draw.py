"""Draws what was asked for: the whole picture, and the stage on which its numbers appear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import resvg_py

from mediamill_media.image.charts import icons, lengths
from mediamill_media.image.charts.contract import Draw
from mediamill_media.image.charts.lettering import Block, fitted, font_files, width_of
from mediamill_media.image.charts.sheet import Room, Sheet, head

_BODIES = {"icons": icons.draw, "bars": lengths.bars, "change": lengths.change, "number": lengths.number}
_SCALES = (1.0, 0.88, 0.77, 0.68, 0.6, 0.5)
_VEIL, _ON_VEIL = "#111a24", "#f4f2ec"


class Pictures(NamedTuple):
    """PNGs."""

    image: bytes
    stage: bytes | None
    """The same before its numbers come; nothing without numbers."""


def draw(ask: Draw) -> Pictures:
    """Draw an ask."""
    sheet = Sheet.of(ask)
    if ask.type == "tag":
        return Pictures(_png(sheet.document(_tag(sheet, ask))), None)
    if ask.type == "page":
        return Pictures(_png(sheet.document(_page(sheet, ask), paper=sheet.ink.paper)), None)
    top, room = head(sheet, ask)
    whole, bare = (top + _BODIES[ask.type](sheet, ask, room, counted=counted) for counted in (True, False))
    return Pictures(
        _png(sheet.document(whole, paper=sheet.ink.paper)), _png(sheet.document(bare, paper=sheet.ink.paper))
    )


def _page(sheet: Sheet, ask: Draw) -> str:
    """Write heading, title and lines down the page, beside a bar of colour."""
    unit, room, gap = sheet.unit, sheet.room, 1.4 * sheet.unit
    inner = Room(room.x + 3 * unit, room.y, room.width - 3 * unit, room.height)
    attempts = (_blocks(sheet, ask, inner.width, scale) for scale in _SCALES)
    blocks = next((blocks for blocks in attempts if _height(blocks, gap) <= room.height), None)
    blocks = blocks or _blocks(sheet, ask, inner.width, _SCALES[-1])
    total = _height(blocks, gap)
    y = first = room.y + max(0.0, (room.height - total) / 2)
    body = ""
    for block in blocks:
        body += block.svg(inner.x, y)
        y += block.height + gap
    bar = f'<rect x="{room.x:.2f}" y="{first:.2f}" width="{0.8 * unit:.2f}" height="{total:.2f}" '
    return f'{bar}fill="{sheet.ink.marks[0]}"/>{body}'


def _blocks(sheet: Sheet, ask: Draw, width: float, scale: float) -> list[Block]:
    """Set a page's texts, larger or smaller."""
    heading = fitted(ask.heading.upper(), sheet.style(2.9 * scale, "semibold", sheet.ink.marks[0]), width, 1)
    title = fitted(ask.title, sheet.style(6.2 * scale, "bold"), width, 8 if sheet.is_upright else 5, smallest=0.55)
    small, most = sheet.style(3.0 * scale, "regular", sheet.ink.quiet), 8 if sheet.is_upright else 4
    return [
        *([heading] if ask.heading else []),
        title,
        *(fitted(line, small, width, most, smallest=0.8) for line in ask.lines),
    ]


def _height(blocks: Sequence[Block], gap: float) -> float:
    return sum(block.height for block in blocks) + gap * (len(blocks) - 1)


def _tag(sheet: Sheet, ask: Draw) -> str:
    """Write one line as high as the strip allows, on a veil as long as the line."""
    high = float(sheet.height)
    text = fitted(ask.title, sheet.style(0.56 * high / sheet.unit, "medium", _ON_VEIL), sheet.width - high, 1)
    size = text.style.size
    wide = min(float(sheet.width), width_of(text.lines[0], text.style) + high)
    veil = f'<rect width="{wide:.2f}" height="{high:.2f}" rx="{high / 2:.2f}" fill="{_VEIL}" fill-opacity="0.72"/>'
    return veil + text.svg(high / 2, (high - 1.28 * size) / 2)


def _png(svg: str) -> bytes:
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=font_files()))
