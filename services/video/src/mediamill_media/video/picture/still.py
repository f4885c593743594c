"""One still of what a clip is to show, in the clip's shape: what vendors make clips of."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageOps

from mediamill.handlers.context import Context
from mediamill_media.video.contract import Generate
from mediamill_media.video.picture.bundle import Bundle, unpack
from mediamill_media.video.picture.decode import Pixels, picture

_QUALITY = 92
_LONGEST = 1280
"""Vendors film in 720p; a larger still would only make the request larger."""


def still(ctx: Context, ask: Generate) -> bytes:
    """Give the picture, or the layers laid over each other, as a JPEG. Raises ``BadMedia``."""
    pixels = picture(ctx.open(ask.image)) if ask.image is not None else _flat(unpack(ctx.open(ask.layers or "")))
    shown = ImageOps.fit(Image.fromarray(pixels).convert("RGB"), _within(ask.size), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    shown.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def _within(size: tuple[int, int]) -> tuple[int, int]:
    scale = min(1.0, _LONGEST / max(size))
    return max(2, round(size[0] * scale)), max(2, round(size[1] * scale))


def _flat(bundle: Bundle) -> Pixels:
    """Lay the layers over each other and cut the margin away that parallax needs."""
    below = Image.fromarray(bundle.sheets[0].rgba)
    for sheet in bundle.sheets[1:]:
        below.alpha_composite(Image.fromarray(sheet.rgba))
    left, top = ((have - want) // 2 for have, want in zip(below.size, bundle.size, strict=True))
    return np.asarray(below.crop((left, top, left + bundle.size[0], top + bundle.size[1])))
