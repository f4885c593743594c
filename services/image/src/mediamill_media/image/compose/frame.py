"""The frame of a picture in design units, in which all scenery and cast are placed."""

from __future__ import annotations

import math
from typing import NamedTuple

AREA = 1280 * 720
"""Every frame covers this area, so that details have one size in pixels whatever the shape of the picture."""

OVERSCAN = 1.14
"""How much larger than the picture each layer is drawn, so that a camera may move."""


class Frame(NamedTuple):
    """The visible part, ``w`` by ``h`` units, with margins ``mx`` and ``my`` around it that only a camera sees."""

    w: float
    h: float
    mx: float
    my: float

    @classmethod
    def of(cls, size: tuple[int, int]) -> Frame:
        """Give the frame of a picture's size in pixels."""
        aspect = size[0] / size[1]
        w, h = math.sqrt(AREA * aspect), math.sqrt(AREA / aspect)
        margin = (OVERSCAN - 1) / 2
        return cls(w, h, w * margin, h * margin)

    @property
    def left(self) -> float:
        """Give the left edge of the layers."""
        return -self.mx

    @property
    def right(self) -> float:
        """Give the right edge of the layers."""
        return self.w + self.mx

    @property
    def top(self) -> float:
        """Give the top edge of the layers."""
        return -self.my

    @property
    def bottom(self) -> float:
        """Give the bottom edge of the layers."""
        return self.h + self.my

    @property
    def tall(self) -> bool:
        """Tell whether the picture is clearly higher than wide."""
        return self.h > self.w * 1.2

    def pixels(self, size: tuple[int, int]) -> tuple[int, int]:
        """Give the size of a layer in pixels; the picture is its middle."""
        return tuple(side + 2 * round(side * (OVERSCAN - 1) / 2) for side in size)  # type: ignore[return-value]
