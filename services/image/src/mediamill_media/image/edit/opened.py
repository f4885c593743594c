"""Pictures from outside, opened with care: judged by their headers, turned upright, and no larger than we draw."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from mediamill.errors import BadMedia
from mediamill_media.image.contract import LARGEST, SMALLEST
from mediamill_media.image.edit.recipe import Recipe, read_recipe

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
MOST_PIXELS = 50_000_000
Rgb = npt.NDArray[np.float32]
"""Height by width by 3, from 0 to 255."""
Weights = npt.NDArray[np.float32]
"""Height by width, from 0 to 1."""


class Opened(NamedTuple):
    """A picture to work on."""

    rgb: Rgb
    cover: Weights | None
    """How much of each pixel is there, if anything can be seen through it."""
    recipe: Recipe | None
    """What drew it, if we did and nobody has painted into it since."""

    @property
    def size(self) -> tuple[int, int]:
        """Give width and height."""
        return self.rgb.shape[1], self.rgb.shape[0]


def open_picture(path: Path, asset_id: str, size: tuple[int, int] | None = None) -> Opened:
    """Open a picture, cut to a size evenly on both sides if one is given. Raises ``BadMedia``."""
    picture = _read(path, asset_id)
    original = np.asarray(picture.convert("RGB"), dtype=np.uint8)
    recipe = read_recipe(picture, original, asset_id)
    wanted = size or _drawable(picture.size)
    if wanted != picture.size:
        info = picture.info
        picture = ImageOps.fit(picture, wanted, Image.Resampling.LANCZOS)
        picture.info = info
    rgba = np.asarray(picture.convert("RGBA"), dtype=np.float32)
    cover = np.asarray(rgba[..., 3] / 255, dtype=np.float32)
    whole = bool(cover.min() >= 1)
    rgb = rgba[..., :3] * cover[..., None] + 255 * (1 - cover[..., None])
    return Opened(np.ascontiguousarray(rgb), None if whole else cover, recipe)


def open_mask(path: Path, asset_id: str, size: tuple[int, int]) -> Weights:
    """Open a mask and tell how far each pixel may change: where it is transparent, or else where it is white."""
    picture = ImageOps.fit(_read(path, asset_id).convert("RGBA"), size, Image.Resampling.BOX)
    rgba = np.asarray(picture, dtype=np.float32) / 255
    scaled = 1 - rgba[..., 3] if rgba[..., 3].min() < 1 else rgba[..., :3].mean(axis=2)
    if float(scaled.max()) < 0.5:
        raise BadMedia(f"Mask {asset_id} is neither transparent nor white anywhere, so nothing may change.")
    soft = cv2.GaussianBlur(scaled, (0, 0), max(0.6, min(size) / 400))
    return np.asarray(np.minimum(soft * 1.25, 1), dtype=np.float32)


def _read(path: Path, asset_id: str) -> Image.Image:
    """Decode a picture; the file may be hostile, so its header is judged first."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            with Image.open(path, formats=FORMATS) as picture:
                width, height = picture.size
                if width * height > MOST_PIXELS:
                    raise BadMedia(
                        f"Picture {asset_id} has {width}x{height} pixels; at most {MOST_PIXELS // 1_000_000} million "
                        "are read."
                    )
                picture.load()
                upright = ImageOps.exif_transpose(picture)
                upright.info = picture.info
                return upright
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, MemoryError) as broken:
            raise BadMedia(f"Picture {asset_id} is not a readable PNG, JPEG, WebP, GIF or BMP picture.") from broken


def _drawable(size: tuple[int, int]) -> tuple[int, int]:
    """Give the size in which a picture is worked on: its own, if we draw so large and so small."""
    scale = min(1.0, LARGEST / max(size))
    scale = max(scale, SMALLEST / min(size))
    width, height = (min(LARGEST, max(SMALLEST, round(side * scale))) for side in size)
    return width, height
