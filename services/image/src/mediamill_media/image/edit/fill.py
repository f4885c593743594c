"""Fills holes of a picture from what surrounds them: the large from a small copy, then finer, with its grain."""

from __future__ import annotations

import cv2
import numpy as np

from mediamill_media.image.edit.opened import Rgb, Weights
from mediamill_media.image.render.finish import to_pixels

_FINEST = 40
"""A hole is filled in a copy so small that it is about so many pixels wide."""


def filled(rgb: Rgb, hole: Weights) -> Rgb:
    """Give the picture with what is in the hole painted over; all else is as it was."""
    solid = (hole > 0.02).astype(np.uint8)
    reach = float(cv2.distanceTransform(solid, cv2.DIST_L2, 3).max())
    scale = min(1.0, _FINEST / max(1.0, 2 * reach))
    small = np.asarray(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.float32)
    gap = cv2.resize(solid, small.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    gap = cv2.dilate(gap, np.ones((3, 3)))
    painted = cv2.inpaint(to_pixels(small), gap, 5, cv2.INPAINT_TELEA).astype(np.float32)
    large = cv2.resize(painted, rgb.shape[1::-1], interpolation=cv2.INTER_CUBIC) + _grain(rgb, solid)
    return np.asarray(rgb + (large - rgb) * np.minimum(hole * 1.6, 1)[..., None], dtype=np.float32)


def _grain(rgb: Rgb, solid: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Rgb:
    """Give noise that is as rough as the picture around the hole."""
    around = cv2.dilate(solid, np.ones((25, 25))) - solid
    fine = rgb - cv2.GaussianBlur(rgb, (0, 0), 1.5)
    rough = float(fine[around > 0].std()) if around.any() else 0.0
    noise = np.random.Generator(np.random.PCG64(5)).standard_normal(rgb.shape[:2], dtype=np.float32)
    return np.asarray((cv2.GaussianBlur(noise, (0, 0), 0.7) * min(rough, 14.0))[..., None], dtype=np.float32)
