"""The ground of a card: its colour with a little depth, and a second colour that comes in from two corners."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from mediamill_media.image.art.colors import channels, mix
from mediamill_media.image.cards.contrast import LIGHT, READABLE, contrast, ink_on

_DEPTH = 0.22
"""How far the ground goes from its colour towards the side that its ink is not on, so that words stay readable."""
_SECONDS = (0.55, 0.4, 0.25, 0.12)
"""How much of the second colour comes in: as much as leaves words on it readable."""
_DISCS = ((1.02, -0.06, 0.52), (-0.06, 1.04, 0.4))
"""Where the second colour comes in: x and y in shares of the sides, the radius in shares of the longer one."""
_DITHER = 1.2


def draw_ground(size: tuple[int, int], color: str, second: str) -> Image.Image:
    """Give the ground as an RGB picture; the same colours give the same pixels."""
    width, height = size
    x, y = (np.arange(side, dtype=np.float32) / max(1, side - 1) for side in size)
    base, away = _rgb(color), _rgb("#000000" if ink_on(color) == LIGHT else "#ffffff")
    depth = (0.35 * x[None, :] + 0.65 * y[:, None])[..., None] * np.float32(_DEPTH)
    pixels = base + (away - base) * depth
    share = np.float32(share_of(second, color))
    for disc in _DISCS:
        pixels += (_rgb(second) - pixels) * (_disc(disc, size) * share)
    # Gradients of eight bits show their steps in large areas; a little noise hides them.
    pixels += np.random.Generator(np.random.PCG64(3)).standard_normal((height, width, 1), dtype=np.float32) * _DITHER
    return Image.fromarray(np.clip(pixels + 0.5, 0, 255).astype(np.uint8))


def share_of(second: str, color: str) -> float:
    """Give how much of the second colour the ground takes in its corners."""
    ink = ink_on(color)
    return next((share for share in _SECONDS if contrast(mix(color, second, share), ink) >= READABLE), 0.0)


def _rgb(color: str) -> npt.NDArray[np.float32]:
    return np.array(channels(color), dtype=np.float32)


def _disc(disc: tuple[float, float, float], size: tuple[int, int]) -> npt.NDArray[np.float32]:
    """Give which pixels a disc covers, with an edge of about two pixels."""
    width, height = size
    radius = disc[2] * max(size)
    x = np.arange(width, dtype=np.float32) - np.float32(disc[0] * width)
    y = np.arange(height, dtype=np.float32) - np.float32(disc[1] * height)
    inside = radius - np.hypot(x[None, :], y[:, None])
    return np.asarray(np.clip(inside / 2 + 0.5, 0, 1)[..., None], dtype=np.float32)
