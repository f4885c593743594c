"""One picture as a vendor is asked for it: in words, since vendors know neither our styles nor our characters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mediamill.handlers.context import Context
from mediamill_media.image.contract import Generate, Style
from mediamill_media.image.providers import local

LOOKS: dict[Style, str] = {
    "storybook": "a storybook illustration, softly shaded, warm and friendly",
    "flat": "a flat vector illustration of plain shapes without outlines",
    "night": "a storybook illustration by moonlight, softly shaded",
    "paper-cut": "layered paper-cut art with soft shadows between the layers",
    "blueprint": "a technical drawing of white lines on blueprint blue",
}
MOST_PIXELS = 1 << 20
"""A vendor's megapixel: what small models draw best, and what the price is for."""
GRID = 16
SEEDS = 2**31


class Wanted(NamedTuple):
    """What a vendor is asked for."""

    prompt: str
    size: tuple[int, int]
    """Of the shape that is asked for, and no larger than a megapixel."""
    seed: int
    ask: Generate
    """The ask for this one picture, for whoever reads our own contract."""
    references: tuple[Path, ...] = ()
    """The files of the references."""


def words(ctx: Context, ask: Generate) -> str:
    """Give the prompt with the look that is asked for, and who the characters are that it refers to.

    Pictures that lend nothing but colours say nothing in words, and the job's log tells so.
    """
    found = local.read_references(ctx, ask)
    cast = [f"{one.character.name}: {one.character.description}" for one in found if one.character is not None]
    if len(cast) < len(found):
        ctx.log(f"{len(found) - len(cast)} references are no characters; this provider cannot take up their colours.")
    palette = f" in the colours {' and '.join(ask.colors)}" if ask.colors else ""
    return " ".join(closed(part) for part in (ask.prompt, *cast, f"The picture is {LOOKS[ask.style]}{palette}"))


def shape(size: tuple[int, int]) -> tuple[int, int]:
    """Give a size of the same shape on the grid of models, no larger than a megapixel."""
    scale = min(1.0, math.sqrt(MOST_PIXELS / (size[0] * size[1])))
    width, height = (max(GRID, int(side * scale) // GRID * GRID) for side in size)
    return width, height


def nearest(size: tuple[int, int], shapes: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Give the shape of which least is cut off for a size."""
    ratio = size[0] / size[1]
    return min(shapes, key=lambda one: abs(math.log(one[0] / one[1] / ratio)))


def closed(text: str) -> str:
    """Give a sentence that ends as one."""
    text = text.strip()
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
