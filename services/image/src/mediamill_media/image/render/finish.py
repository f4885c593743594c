"""The last touch: light that blooms, a vignette and a little grain."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from mediamill_media.image.render.raster import Pixels

Picture = npt.NDArray[np.float32]

BLOOM_FROM = 188.0
BLOOM = 0.8
VIGNETTE = 0.24
GRAIN = 1.6
SATURATION = 0.1
_LUMA = np.array((0.299, 0.587, 0.114), dtype=np.float32)


def finish(picture: Picture) -> Pixels:
    """Give the finished RGB picture."""
    _bloom(picture)
    level = picture @ _LUMA
    picture += (picture - level[..., None]) * np.float32(SATURATION)
    picture *= _vignette(picture.shape[1], picture.shape[0])
    picture += _grain(picture.shape[1], picture.shape[0])
    return to_pixels(picture)


def to_pixels(picture: npt.NDArray[np.floating[Any]]) -> Pixels:
    """Round a picture to bytes."""
    return np.asarray(np.clip(picture + 0.5, 0, 255), dtype=np.uint8)


def _bloom(picture: Picture) -> None:
    """Let bright places shine over their edges; done at a quarter of the size, where a blur is cheap."""
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (max(width // 4, 1), max(height // 4, 1)), interpolation=cv2.INTER_AREA)
    level = small @ _LUMA
    bright = small * np.clip((level - BLOOM_FROM) / (255 - BLOOM_FROM), 0, 1)[..., None] ** 2
    glow = cv2.GaussianBlur(bright, (0, 0), max(min(width, height) / 190, 0.6))
    wide = cv2.resize(glow, (width, height), interpolation=cv2.INTER_LINEAR)
    picture += wide * (1 - picture / 255).clip(0, 1) * np.float32(BLOOM)


@lru_cache(maxsize=4)
def _vignette(width: int, height: int) -> Picture:
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    far = np.clip((x**2 + y**2) / 2, 0, 1) ** 1.6
    return np.asarray(1 - VIGNETTE * far, dtype=np.float32)[..., None]


@lru_cache(maxsize=4)
def _grain(width: int, height: int) -> Picture:
    noise = np.random.Generator(np.random.PCG64(7)).standard_normal((height, width, 1), dtype=np.float32)
    return np.asarray(noise * GRAIN, dtype=np.float32)
