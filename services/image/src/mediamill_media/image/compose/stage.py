"""The stage on which a scene is built: frame, light, chance, and one ink for each layer."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mediamill_media.image.art.ink import Ink
from mediamill_media.image.art.template import template

if TYPE_CHECKING:
    from mediamill_media.image.compose.frame import Frame
    from mediamill_media.image.compose.palette import Palette
    from mediamill_media.image.prompt.scene import Scene

INDOOR = frozenset({"room", "bedroom", "kitchen", "classroom", "office", "lab", "library", "workshop"})
HORIZONS = {
    "sea": 0.55, "beach": 0.5, "underwater": 0.78, "space": 0.9, "moon": 0.68, "sky": 1.3, "city": 0.74, "street": 0.73,
    "mountain": 0.66, "desert": 0.6, "river": 0.56, "cave": 0.72, "snow": 0.62,
}  # fmt: skip


@dataclass
class Stage:
    """What every part of the scenery needs to know."""

    scene: Scene
    frame: Frame
    palette: Palette
    seed: str
    soft: bool = True
    side: int = field(init=False)
    horizon: float = field(init=False)

    def __post_init__(self) -> None:
        self.side = self.chance("side").choice((-1, 1))
        share = 0.72 if self.indoor else HORIZONS.get(self.scene.place, 0.64)
        self.horizon = self.frame.h * share

    @property
    def indoor(self) -> bool:
        """Tell whether the scene is in a room."""
        return self.scene.place in INDOOR

    def chance(self, part: str) -> random.Random:
        """Give the random numbers of one part, so that a change in one part leaves the others alone."""
        return random.Random(int.from_bytes(hashlib.sha256(f"{self.seed}/{part}".encode()).digest()[:8]))

    def ink(self) -> Ink:
        """Give a fresh ink for a layer, in the light of the cast."""
        return Ink(self.palette.cast_light(), self.soft)

    def sun(self) -> tuple[float, float]:
        """Give where the sun or the moon stands."""
        low = {"sunset": 0.47, "dawn": 0.4}.get(self.scene.time, 0.2)
        share = 0.27 if self.side < 0 else 0.73
        y = min(self.frame.h * low, self.horizon - self.frame.h * 0.1)
        return self.frame.w * share, max(y, self.frame.h * 0.14)


def place_template(ink: Ink, drawing: tuple[str, str], at: tuple[float, float, float], colors: dict[str, str]) -> str:
    """Draw a template with its foot at (x, y), ``at[2]`` units high, in given colours."""
    found = template(*drawing)
    scale = at[2] / found.height
    body = ink.paint(found.body, {**found.colors, **colors})
    return f'<g transform="translate({at[0]:.1f} {at[1]:.1f}) scale({scale:.4f})">{body}</g>'


def rect(frame: Frame, y: float, fill: str) -> str:
    """Fill the layer from ``y`` down."""
    return (
        f'<rect x="{frame.left:.1f}" y="{y:.1f}" width="{frame.w + 2 * frame.mx:.1f}" '
        f'height="{frame.bottom - y:.1f}" fill="{fill}"/>'
    )
