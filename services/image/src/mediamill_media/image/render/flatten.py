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


def shown_box(layer: Pixels) -> tuple[slice, slice] | None:
    """Give the rows and columns in which a layer shows anything."""
    alpha = layer[..., 3]
    rows = np.flatnonzero(alpha.any(axis=1))
    if rows.size == 0:
        return None
    columns = np.flatnonzero(alpha.any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _lay_over(picture: npt.NDArray[np.float32], layer: Pixels) -> None:
    """Blend a layer in, touching only where it shows anything."""
    box = shown_box(layer)
    if box is None:
        return
    alpha = layer[box][..., 3:].astype(np.float32) * np.float32(1 / 255)
    picture[box] += (layer[box][..., :3] - picture[box]) * alpha
