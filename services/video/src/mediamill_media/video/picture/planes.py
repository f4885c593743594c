"""Turns pictures and layers into planes: in the film's colours, merged, scaled to the clip, cut to what is not empty.

Planes hold Y, U, V and alpha, the first three premultiplied. Laying one over another is linear, so it may be done in
YUV as well as in RGB; done in YUV, frames need no conversion afterwards, and four channels move faster than three.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np

from mediamill_media.video.picture.bundle import Bundle
from mediamill_media.video.picture.decode import Pixels

MOST_PLANES = 6
"""More layers than this cost time and cannot be told apart by eye."""
_SHIFT = 0.65
"""Part of the margin that a layer at depth 1 uses up."""
_WIDEST_MARGIN = 0.07
_FLAT_ZOOM_GAIN = 1.5
_FLAT_TRAVEL = 0.06
"""A flat picture may wander by this part of the frame; more looks hurried."""
_BGRA_TO_YUVA = np.array(
    [
        # BT.709, studio range; the offsets 16 and 128 are scaled by alpha, as all is premultiplied.
        [0.0722 * 219 / 255, 0.7152 * 219 / 255, 0.2126 * 219 / 255, 16 / 255],
        [0.5 * 224 / 255, -0.385428 * 224 / 255, -0.114572 * 224 / 255, 128 / 255],
        [-0.045847 * 224 / 255, -0.454153 * 224 / 255, 0.5 * 224 / 255, 128 / 255],
        [0.0, 0.0, 0.0, 1.0],
    ],
    np.float32,
)


class Plane(NamedTuple):
    """What is drawn at one depth.

    ``left`` and ``top`` place it in the picture of ``size``, whose middle is the frame's middle. From its row ``solid``
    on it hides all that is behind it. ``zoom_gain`` tells how strongly it takes part in the camera's zoom, ``travel``
    how many pixels the camera's full way moves it.
    """

    yuva: Pixels
    left: int
    top: int
    size: tuple[int, int]
    solid: int
    zoom_gain: float
    travel: tuple[float, float]
    bob: bool


def of_picture(rgba: Pixels, frame: tuple[int, int]) -> list[Plane]:
    """Give the one plane of a flat picture that covers the frame."""
    height, width = rgba.shape[:2]
    scale = max(frame[0] / width, frame[1] / height)
    size = (max(frame[0], round(width * scale)), max(frame[1], round(height * scale)))
    travel = (_FLAT_TRAVEL * frame[0], _FLAT_TRAVEL * frame[1])
    return [Plane(_scaled(_yuva(rgba), size), 0, 0, size, 0, _FLAT_ZOOM_GAIN, travel, bob=False)]


def of_layers(bundle: Bundle, frame: tuple[int, int]) -> list[Plane]:
    """Give the planes of a picture in layers, from back to front."""
    scale = max(frame[0] / bundle.size[0], frame[1] / bundle.size[1])
    sheets = _merged([_Premultiplied(_yuva(sheet.rgba), sheet.depth, sheet.bob) for sheet in bundle.sheets])
    height, width = sheets[0].yuva.shape[:2]
    size = (max(frame[0], round(width * scale)), max(frame[1], round(height * scale)))
    # What a frame of another shape leaves over is no room to move in: the cast would leave the picture.
    margin = (
        min((size[0] - frame[0]) / 2, _WIDEST_MARGIN * frame[0]),
        min((size[1] - frame[1]) / 2, _WIDEST_MARGIN * frame[1]),
    )
    return [_plane(sheet, size, margin) for sheet in sheets]


class _Premultiplied(NamedTuple):
    yuva: Pixels
    depth: float
    bob: bool

    def under(self, above: _Premultiplied) -> _Premultiplied:
        """Give both as one, at the depth of the one that covers more."""
        depths, covers = (self.depth, above.depth), (_cover(self.yuva), _cover(above.yuva))
        depth = float(np.average(depths, weights=covers))
        return _Premultiplied(lay_over(self.yuva, above.yuva), depth, self.bob or above.bob)


def lay_over(below: Pixels, above: Pixels) -> Pixels:
    """Give ``above`` laid over ``below``, both premultiplied and of one size."""
    clear = cv2.bitwise_not(cv2.extractChannel(above, 3))
    behind = cv2.multiply(below, cv2.merge([clear, clear, clear, clear]), scale=1 / 255)
    return np.asarray(cv2.add(behind, above), np.uint8)


def _yuva(rgba: Pixels) -> Pixels:
    colour = cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGRA)
    alpha = cv2.extractChannel(rgba, 3)
    whole = np.full_like(alpha, 255)
    premultiplied = cv2.multiply(colour, cv2.merge([alpha, alpha, alpha, whole]), scale=1 / 255)
    return np.asarray(cv2.transform(premultiplied, _BGRA_TO_YUVA), np.uint8)


def _cover(yuva: Pixels) -> float:
    return float(yuva[:, :, 3].sum(dtype=np.int64)) + 1


def _merged(sheets: list[_Premultiplied]) -> list[_Premultiplied]:
    """Merge neighbours that are nearest in depth until there are few enough; swaying ones keep to themselves."""
    row = list(sheets)
    while len(row) > MOST_PLANES:
        gaps = [abs(a.depth - b.depth) + 10 * (a.bob != b.bob) for a, b in pairwise(row)]
        at = gaps.index(min(gaps))
        row[at : at + 2] = [row[at].under(row[at + 1])]
    return row


def _plane(sheet: _Premultiplied, size: tuple[int, int], margin: tuple[float, float]) -> Plane:
    yuva = _scaled(sheet.yuva, size)
    travel = (_SHIFT * margin[0] * sheet.depth, _SHIFT * margin[1] * sheet.depth)
    left, top, width, height = _filled(yuva[:, :, 3])
    part = np.ascontiguousarray(yuva[top : top + height, left : left + width])
    solid = _solid_from(part[:, :, 3]) if (left, width) == (0, size[0]) and top + height == size[1] else height
    return Plane(part, left, top, size, solid, 0.35 + sheet.depth, travel, sheet.bob)


def _solid_from(alpha: Pixels) -> int:
    """Give the row from which on nothing shows through."""
    open_rows = np.flatnonzero((alpha < 255).any(axis=1))
    return int(open_rows[-1]) + 1 if open_rows.size else 0


def _filled(alpha: Pixels) -> tuple[int, int, int, int]:
    """Give the box of what is not empty, with a pixel around it so that its edges stay soft."""
    left, top, width, height = cv2.boundingRect(np.ascontiguousarray(alpha))
    x, y = max(0, left - 1), max(0, top - 1)
    return x, y, max(1, min(alpha.shape[1], left + width + 1) - x), max(1, min(alpha.shape[0], top + height + 1) - y)


def _scaled(yuva: Pixels, size: tuple[int, int]) -> Pixels:
    height, width = yuva.shape[:2]
    if (width, height) == size:
        return yuva
    way = cv2.INTER_AREA if size[0] < width else cv2.INTER_CUBIC
    scaled = np.asarray(cv2.resize(yuva, size, interpolation=way), np.uint8)
    # Cubic overshoot could leave more colour than alpha, which would glow at edges; brightness is at most alpha.
    scaled[:, :, :3] = np.minimum(scaled[:, :, :3], scaled[:, :, 3:])
    return scaled
