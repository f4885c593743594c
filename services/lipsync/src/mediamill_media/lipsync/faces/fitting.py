"""Brings a picture into the size of its film: it covers the frame, and what is cut off is never the face."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from mediamill_media.lipsync.faces.marks import Vector
from mediamill_media.lipsync.faces.picture import Pixels

LONGEST = 1280
SMALLEST = 64


class Fit(NamedTuple):
    """How a picture lies in a frame: scaled, then moved by ``offset`` pixels."""

    size: tuple[int, int]
    scale: float
    offset: Vector

    def show(self, pixels: Pixels) -> Pixels:
        """Give the picture as it is seen in the frame."""
        matrix = np.array(((self.scale, 0, self.offset[0]), (0, self.scale, self.offset[1])))
        # Scaled down by averaging first: a warp alone would leave out rows and let edges flicker.
        small, left = _shrunk(pixels, self.scale)
        matrix[:, :2] = np.eye(2) * left
        return np.asarray(
            cv2.warpAffine(small, matrix, self.size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.uint8
        )


def own_size(size: tuple[int, int]) -> tuple[int, int]:
    """Give the film's size for a picture of which none was asked for: its own, even, and neither tiny nor huge."""
    scale = min(1.0, LONGEST / max(size))
    scale = max(scale, SMALLEST / min(size))
    width, height = (max(SMALLEST, min(2048, 2 * round(side * scale / 2))) for side in size)
    return width, height


def fit(size: tuple[int, int], frame: tuple[int, int], focus: Vector) -> Fit:
    """Let a picture of ``size`` cover a frame, with ``focus`` as near to its middle as the picture allows."""
    scale = max(frame[0] / size[0], frame[1] / size[1])
    lowest = np.array(frame) - np.array(size) * scale
    offset = np.clip(np.array(frame) / 2 - focus * scale, np.minimum(lowest, 0), 0)
    return Fit(frame, scale, offset)


def _shrunk(pixels: Pixels, scale: float) -> tuple[Pixels, float]:
    """Give the picture at less than its size where it is to be shown so, and what is left to scale it by."""
    if scale >= 1:
        return pixels, scale
    size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    return small, scale * pixels.shape[1] / size[0]
