"""Lays a card out: what it holds stands in one column in the middle, as large as the room allows."""

from __future__ import annotations

import io
from typing import NamedTuple

from PIL import Image, ImageColor

from mediamill_media.image.cards import words
from mediamill_media.image.cards.contrast import SEPARATE, contrast, ink_on
from mediamill_media.image.cards.ground import draw_ground
from mediamill_media.image.cards.pieces import corners, is_cut_out, lay, plate_for, rounded, scaled
from mediamill_media.image.contract import Card

_SIDE = 0.07
_UNDER_CAPTIONS = 0.2
"""The share of the height that a picture alone on its card leaves free for captions; upright frames leave more."""
_UNDER_UPRIGHT = 0.27
_OVER_PICTURE = 0.16
"""The share that it leaves free above itself in frames that are not wide: badges stand there."""


class Inlays(NamedTuple):
    """The user's pictures, read."""

    picture: Image.Image | None
    logo: Image.Image | None


class _Block(NamedTuple):
    """Something in the column: how high it is, and it drawn."""

    image: Image.Image
    shadow: int = 0


def draw_card(ask: Card, inlays: Inlays) -> bytes:
    """Give the card as a PNG, see-through around its corners if they are round."""
    ask = _with_ground_for_badge(ask, inlays)
    card = draw_ground(ask.size, ask.colors.ground, ask.colors.second or ask.colors.ground).convert("RGBA")
    blocks, gap = _blocks(ask, inlays), round(min(ask.size) * 0.055)
    top, bottom = _room(ask)
    used = sum(block.image.height for block in blocks) + gap * (len(blocks) - 1)
    y = top + max(0, (bottom - top - used) // 2)
    for block in blocks:
        lay(card, block.image, ((ask.size[0] - block.image.width) // 2, y), block.shadow)
        y += block.image.height + gap
    if ask.corners:
        card.putalpha(corners(ask.size, round(ask.corners * min(ask.size))))
    out = io.BytesIO()
    (card if ask.corners else card.convert("RGB")).save(out, "PNG", compress_level=4)
    return out.getvalue()


def _with_ground_for_badge(ask: Card, inlays: Inlays) -> Card:
    """Give a card with nothing but a logo the colour of the plate that the logo needs, instead of a plate on it."""
    plate = plate_for(inlays.logo, ask.colors.ground) if inlays.logo else None
    if plate is None or any((ask.picture, ask.title, ask.action, ask.note)):
        return ask
    return ask.model_copy(update={"colors": ask.colors.model_copy(update={"ground": plate, "second": None})})


def _room(ask: Card) -> tuple[int, int]:
    """Give the rows between which the column stands."""
    width, height = ask.size
    if ask.picture is not None and ask.title is None and ask.action is None:
        under = _UNDER_UPRIGHT if height > width else _UNDER_CAPTIONS
        over = _OVER_PICTURE if height >= width else 0.09
        return round(height * over), round(height * (1 - under))
    return round(height * 0.07), round(height * 0.93)


def _blocks(ask: Card, inlays: Inlays) -> list[_Block]:
    """Give what the column holds, from the top: logo, picture, title, action, note; all of it within the room."""
    top, bottom = _room(ask)
    parts = {
        "logo": 0.26 if inlays.logo else 0.0,
        "picture": 0.5 if inlays.picture else 0.0,
        "title": 0.34 if ask.title else 0.0,
        "action": 0.15 if ask.action else 0.0,
        "note": 0.08 if ask.note else 0.0,
    }
    count = sum(share > 0 for share in parts.values())
    free = bottom - top - round(min(ask.size) * 0.055) * (count - 1)
    rows = {name: round(free * share / sum(parts.values())) for name, share in parts.items()}
    drawn = [
        _logo(ask, inlays.logo, rows["logo"], alone=count == 1) if inlays.logo else None,
        _picture(ask, inlays.picture, rows["picture"]) if inlays.picture else None,
        _title(ask, ask.title, rows["title"]) if ask.title else None,
        _button(ask, ask.action, rows["action"]) if ask.action else None,
        _line(ask, ask.note, rows["note"]) if ask.note else None,
    ]
    return [block for block in drawn if block is not None]


def _width(ask: Card) -> int:
    return round(ask.size[0] * (1 - 2 * _SIDE))


def _logo(ask: Card, logo: Image.Image, rows: int, *, alone: bool) -> _Block:
    """Draw the logo; on a plate of its own where the ground would swallow it."""
    share = 0.86 if alone else 0.6
    color = plate_for(logo, ask.colors.ground)
    if color is None:
        return _Block(scaled(logo, (round(_width(ask) * share), rows)))
    pad = max(2, round(rows * 0.12))
    shown = scaled(logo, (round(_width(ask) * share) - 2 * pad, rows - 2 * pad))
    plate = rounded(Image.new("RGBA", (shown.width + 2 * pad, shown.height + 2 * pad), color), pad)
    plate.paste(shown, (pad, pad), shown)
    return _Block(plate)


def _picture(ask: Card, picture: Image.Image, rows: int) -> _Block:
    """Draw the picture: framed by round corners and a shadow, or in its own shape."""
    shown = scaled(picture, (_width(ask), rows))
    radius, shadow = round(min(shown.size) * 0.05), max(2, round(min(ask.size) * 0.014))
    return _Block(shown if is_cut_out(shown) else rounded(shown, radius), shadow)


def _title(ask: Card, text: str, rows: int) -> _Block:
    """Write the title; alone on a card it may be as large as the room."""
    most_lines = 3 if ask.size[0] >= ask.size[1] else 4
    share = 0.16 if any((ask.picture, ask.logo, ask.action, ask.note)) else 0.5
    largest = round(min(rows / words.LEADING, min(ask.size) * share))
    found = words.fitted(text, words.HEAVY, (_width(ask), rows), most_lines=most_lines, largest=largest)
    return _written(found, ink_on(ask.colors.ground))


def _button(ask: Card, text: str, rows: int) -> _Block:
    """Write the call on a button in the accent; in the ground's ink where the accent would not be seen."""
    fill = ask.colors.accent
    if contrast(fill, ask.colors.ground) < SEPARATE:
        fill = ink_on(ask.colors.ground)
    largest = round(min(ask.size) * 0.07)
    box = (round(_width(ask) * 0.84), round(rows * 0.8))
    found = words.fitted(text, words.STRONG, box, most_lines=2, largest=largest)
    height = min(rows, round(found.height + largest * 0.9))
    button = rounded(Image.new("RGBA", (min(_width(ask), found.width + height), height), fill), height // 2)
    words.write(button, found, button.width // 2, (height - found.height) // 2, ink_on(fill))
    return _Block(button, max(2, round(min(ask.size) * 0.008)))


def _line(ask: Card, text: str, rows: int) -> _Block:
    largest = round(min(rows / words.LEADING, min(ask.size) * 0.045))
    found = words.fitted(text, words.STRONG, (_width(ask), rows), most_lines=1, largest=largest)
    return _written(found, ink_on(ask.colors.ground))


def _written(found: words.Words, ink: str) -> _Block:
    box = Image.new("RGBA", (found.width + 4, max(1, found.height)), (*ImageColor.getrgb(ink)[:3], 0))
    words.write(box, found, box.width // 2, 0, ink)
    return _Block(box)
