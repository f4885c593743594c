"""Puts layers on top of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mediamill_media.image.render.raster import Pixels


def middle(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Give the visible middle of a layer."""
    height, width = pixels.shape[:2]
    x, y = (width - size[0]) // 2, (height - size[1]) // 2
    return pixels[y : y + size[1], x : x + size[0]]


def flatten(layers: Sequence[Pixels], size: tuple[int, int]) -> npt.NDArray[np.float32]:
    """Give the RGB picture, 0 to 255, that the layers show together, the first at the back."""
    picture = middle(layers[0], size)[..., :3].astype(np.float32)
    for layer in layers[1:]:
        _lay_over(picture, middle(layer, size))
    return picture


def _lay_over(picture: npt.NDArray[np.float32], layer: Pixels) -> None:
    """Blend a layer in, touching only the rows where it shows anything."""
    rows = np.flatnonzero(layer[..., 3].any(axis=1))
    if rows.size == 0:
        return
    part = slice(int(rows[0]), int(rows[-1]) + 1)
    alpha = layer[part, :, 3:].astype(np.float32) * np.float32(1 / 255)
    picture[part] += (layer[part, :, :3] - picture[part]) * alpha
