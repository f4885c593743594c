"""The grazer rig: animals on four legs seen from the side, looking to the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediamill_media.image.art.drawing import Drawing
from mediamill_media.image.art.faces import eye, mark_mouth
from mediamill_media.image.art.grazer_marks import COATS, HEADS, TAILS

if TYPE_CHECKING:
    from mediamill_media.image.contract import Look
    from mediamill_media.image.prompt.catalog import Entry

LEG = 78.0
BACK = -168.0


def _leg(x: float, paint: str) -> str:
    return (
        f'<path d="M{x - 13:g} -100L{x - 10:g} -12H{x + 11:g}L{x + 14:g} -100Z" fill="{paint}"/>'
        f'<path d="M{x - 11:g} -18H{x + 12:g}L{x + 14:g} -1Q{x:g} 2 {x - 13:g} -1Z" fill="@tip"/>'
    )


def grazer(entry: Entry, look: Look) -> Drawing:
    """Draw a grazer with its look; the neck's length and the markings tell the species."""
    head_x, head_y = 84 + entry.neck * 0.34, BACK - entry.neck * 0.86
    marks = entry.marks
    parts = (
        TAILS.get(marks, TAILS["mane"]),
        _leg(-46, "@main.dark") + _leg(58, "@main.dark"),
        _neck(head_x, head_y, marks),
        (
            '<path d="M-86 -128C-90 -166 -50 -172 0 -168C52 -174 92 -168 92 -126C92 -88 60 -78 4 -78C-52 -78 -84 '
            '-86 -86 -128Z" fill="@main"/>'
        ),
        COATS.get(marks, ""),
        _leg(-66, "@main.side") + _leg(38, "@main.side"),
        f'<g transform="translate({head_x:.1f} {head_y:.1f})">{_head(look, marks)}</g>',
    )
    height = -head_y + (84 if marks in {"deer", "unicorn"} else 52)
    return Drawing("".join(parts), 232.0, height, look.colors, seat=-164.0)


def _neck(x: float, y: float, marks: str) -> str:
    mane = ""
    if marks in {"mane", "unicorn", "zebra"}:
        mane = (
            f'<path d="M{x - 34:.1f} {y - 26:.1f}C{x - 62:.1f} {y + 6:.1f} 26 -176 34 -150C48 -146 66 -160 '
            f'{x - 16:.1f} {y + 8:.1f}Z" fill="@tip"/>'
        )
    neck = (
        f'<path d="M36 -160L{x - 24:.1f} {y - 6:.1f}Q{x:.1f} {y - 22:.1f} {x + 16:.1f} {y + 18:.1f}L90 -112Q60 '
        '-96 36 -160Z" fill="@main.side"/>'
    )
    return neck + mane


def _head(look: Look, marks: str) -> str:
    closed = look.expression == "sleepy"
    lid = '<path d="M3 -8q8 8 16 0" fill="none" stroke="@ink.flat" stroke-width="4" stroke-linecap="round"/>'
    return (
        HEADS.get(marks, HEADS["mane"])
        + (lid if closed else eye(11, -8, 8.4))
        + '<ellipse cx="24" cy="12" rx="9" ry="6" fill="@blush.flat" opacity=".35"/>'
        + mark_mouth(47.5, 21, 19, 0.6)
        + '<path d="M38 22Q48 28 57 20" fill="none" stroke="@ink.flat" stroke-width="3" stroke-linecap="round"/>'
        + '<ellipse cx="55" cy="4" rx="3.4" ry="4.4" fill="@ink.flat" opacity=".8"/>'
    )
