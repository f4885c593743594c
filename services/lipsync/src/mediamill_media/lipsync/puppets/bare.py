"""Takes mouths and eyes off a drawn face: what lies around them grows over their place."""

from __future__ import annotations

import cv2
import numpy as np

from mediamill_media.lipsync.faces.marks import DrawnFace
from mediamill_media.lipsync.faces.picture import Pixels

_TONGUE = (240, 140, 140)
_LIKE_A_MOUTH = 95.0
"""How far a colour may be from that of a mouth's line or inside, and still belong to it."""
_EYE = 1.3


def without_mouth(pixels: Pixels, face: DrawnFace) -> Pixels:
    """Give the picture without the mouth: only what has its colours goes, so that no edge nearby is smeared."""
    right, down, middle = (np.array(part) for part in (face.right, face.down, face.mouth))
    top = min(-0.45, face.bend - 0.2)  # a nose is not far above
    corners = [middle + x * right + y * down for x, y in ((-1.4, top), (1.4, top), (1.4, 1.5), (-1.4, 1.5))]
    region = np.zeros(pixels.shape[:2], np.uint8)
    cv2.fillPoly(region, [np.round(corners).astype(np.int32)], 255)
    paints = [_rgb(face.line), _rgb(face.fill), np.array(_TONGUE, np.float32)]
    part = pixels.astype(np.float32)
    alike = np.min([np.abs(part - paint).sum(axis=2) for paint in paints], axis=0) < _LIKE_A_MOUTH
    return _grown_over(pixels, region * alike, face.half_width)


def without_eyes(pixels: Pixels, face: DrawnFace) -> Pixels:
    """Give the picture without the eyes."""
    mask = np.zeros(pixels.shape[:2], np.uint8)
    for eye in face.eyes:
        axes = (max(1, round(eye.r * _EYE)), max(1, round(eye.r * _EYE * 1.12)))
        cv2.ellipse(mask, (round(eye.x), round(eye.y)), axes, 0, 0, 360, 255, -1)
    return _grown_over(pixels, mask, face.half_width)


def _grown_over(pixels: Pixels, mask: Pixels, half: float) -> Pixels:
    if not mask.any():
        return pixels
    wide = max(3, 2 * round(half * 0.12) + 3)
    soft = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide)))
    rows, columns = np.nonzero(soft)
    margin = 4 + wide
    box = (
        slice(max(0, rows.min() - margin), rows.max() + margin),
        slice(max(0, columns.min() - margin), columns.max() + margin),
    )
    bare = pixels.copy()
    bare[box] = cv2.inpaint(np.ascontiguousarray(pixels[box]), np.ascontiguousarray(soft[box]), 5, cv2.INPAINT_TELEA)
    return bare


def _rgb(text: str) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.array([int(text[place : place + 2], 16) for place in (1, 3, 5)], np.float32)
