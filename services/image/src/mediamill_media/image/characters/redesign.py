"""Changes a look that is there already, so that all else about it stays."""

from __future__ import annotations

from typing import NamedTuple

from mediamill_media.image.characters.design import in_color
from mediamill_media.image.characters.palettes import GARMENTS
from mediamill_media.image.contract import Look, Wear


class Change(NamedTuple):
    """What is to be otherwise; ``None`` and nothing leave it as it is."""

    color: str | None = None
    hair: str | None = None
    expression: str | None = None
    wears: tuple[Wear, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether anything is to change."""
        return any(self)


def redesigned(look: Look, change: Change) -> Look:
    """Give the look with the change made; what is put on goes over what is worn."""
    colors = dict(look.colors)
    if change.color is not None:
        colors |= in_color(look.species, change.color)
    wears = {wear.name: wear for wear in (*look.wears, *change.wears)}
    colors |= {GARMENTS[wear.name]: wear.color for wear in change.wears if wear.name in GARMENTS}
    return look.model_copy(
        update={
            "colors": colors,
            "wears": tuple(wears.values()),
            "hair": change.hair or look.hair,
            "expression": change.expression or look.expression,
        }
    )
