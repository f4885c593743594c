"""Renders layers of SVG to straight RGBA arrays."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt
import resvg_py

if TYPE_CHECKING:
    from mediamill_media.image.compose.frame import Frame

Pixels = npt.NDArray[np.uint8]
"""Height by width by 4: red, green, blue and straight alpha."""

_LEAF_OPACITY = re.compile(r'<(path|circle|ellipse|rect)\b([^>]*?) opacity="([\d.]+)"')
"""What has an ``opacity`` is drawn on a bitmap of its own; the opacities of fill and stroke cost nothing."""


def document(body: str, frame: Frame, pixels: tuple[int, int]) -> str:
    """Wrap a layer's inside into an SVG document that shows the whole layer."""
    width, height = pixels
    box = f"{frame.left:.3f} {frame.top:.3f} {frame.w + 2 * frame.mx:.3f} {frame.h + 2 * frame.my:.3f}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="{box}" '
        f'preserveAspectRatio="none">{_cheap(body)}</svg>'
    )


def _cheap(body: str) -> str:
    return _LEAF_OPACITY.sub(r'<\1\2 fill-opacity="\3" stroke-opacity="\3"', body)


def rasterize(svg: str) -> Pixels:
    """Give the pixels of an SVG document."""
    png = resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True)
    decoded = cv2.imdecode(np.frombuffer(bytes(png), np.uint8), cv2.IMREAD_UNCHANGED)
    if decoded is None:
        raise ValueError("the renderer gave no PNG")
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGRA2RGBA), dtype=np.uint8)


def encode_png(pixels: Pixels, *, level: int = 1) -> bytes:
    """Give a PNG of RGB or RGBA pixels, packed fast rather than small."""
    order = cv2.COLOR_RGBA2BGRA if pixels.shape[2] == 4 else cv2.COLOR_RGB2BGR
    done, data = cv2.imencode(".png", cv2.cvtColor(pixels, order), [cv2.IMWRITE_PNG_COMPRESSION, level])
    if not done:
        raise ValueError("the picture cannot be written as PNG")
    return bytes(data.tobytes())


def digest_of(pixels: Pixels) -> str:
    """Give the digest of RGB pixels."""
    return hashlib.sha256(np.ascontiguousarray(pixels).tobytes()).hexdigest()
