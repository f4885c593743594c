"""Rows of trees and bushes in the colours of their distance."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mediamill_media.image.art.colors import mix
from mediamill_media.image.art.ink import Ink
from mediamill_media.image.compose.ridges import Points, height_at
from mediamill_media.image.compose.stage import place_template

if TYPE_CHECKING:
    from mediamill_media.image.compose.stage import Stage

GREENS = ("#2f7a58", "#8fbf5a", "#4f9a66")
AUTUMN = ("#d1492f", "#e8a233", "#c8752f", "#e2c04a")
FLAT_BEYOND = 0.28
"""Plants farther than this are drawn without shading: the haze would hide it."""


class Row(NamedTuple):
    """A row of plants along a line: which template, how many, how high, and how far away."""

    template: str
    number: int
    height: float
    distance: float
    gap: tuple[float, float] | None = None
    """A stretch of the picture's width, in shares, that stays free."""


def row(stage: Stage, ink: Ink, line: Points, wanted: Row) -> str:
    """Draw a row of plants standing on a line, in the colours of their distance."""
    chance, frame = stage.chance(f"row{wanted}"), stage.frame
    if wanted.distance > FLAT_BEYOND:
        ink = Ink(ink.light, soft=False)
    count = max(2, round(wanted.number * (frame.w + 2 * frame.mx) / 1459))
    parts = []
    for index in range(count):
        x = frame.left + (index + chance.uniform(0.12, 0.88)) / count * (frame.w + 2 * frame.mx)
        size = wanted.height * chance.uniform(0.74, 1.22)
        if wanted.gap and wanted.gap[0] < x / frame.w < wanted.gap[1]:
            continue
        autumn = stage.scene.season == "autumn"
        tone = mix(stage.palette.leaf, chance.choice(AUTUMN if autumn else GREENS), 0.5 if autumn else 0.16)
        colors = {
            "main": stage.palette.away(tone, wanted.distance),
            "wood": stage.palette.away("#7b5644", wanted.distance),
        }
        kind = chance.choice(wanted.template.split("|"))
        parts.append((size, place_template(ink, ("nature", kind), (x, height_at(line, x) + 4, size), colors)))
    return "".join(body for _, body in sorted(parts))
