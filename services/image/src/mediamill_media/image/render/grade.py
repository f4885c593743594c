"""Gives what is around the figures the colour of a brand: it leans towards it, as a print in one ink does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from mediamill_media.image.art.colors import channels, mix

if TYPE_CHECKING:
    from mediamill_media.image.render.raster import Pixels

_LEAN = 0.58
"""How far pixels go towards the ink; what is left of their own colours keeps things apart."""
_PLACES = (0.0, 0.35, 0.8, 1.0)


def lean_towards(color: str, layer: Pixels) -> Pixels:
    """Give a layer in a colour; what one sees through stays so."""
    bright = cv2.cvtColor(layer[..., :3], cv2.COLOR_RGB2GRAY)
    done = layer.copy()
    done[..., :3] = cv2.addWeighted(layer[..., :3], 1 - _LEAN, ink_by_brightness(color)[bright], _LEAN, 0)
    return done


def ink_by_brightness(color: str) -> npt.NDArray[np.uint8]:
    """Give the colour for each brightness: from nearly black through the ink to its lightest tint."""
    stops = (mix(color, "#05070c", 0.6), color, mix(color, "#ffffff", 0.55), mix(color, "#ffffff", 0.93))
    rows = np.array([channels(stop) for stop in stops], dtype=np.float64)
    steps = np.linspace(0, 1, 256)
    return np.stack([np.interp(steps, _PLACES, rows[:, part]) for part in range(3)], axis=1).astype(np.uint8)
