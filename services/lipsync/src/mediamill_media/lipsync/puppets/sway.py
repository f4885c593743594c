"""Moves a head within its picture: it turns about its neck, and what is further away follows less and less."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from mediamill_media.lipsync.faces.frames import Frame
from mediamill_media.lipsync.faces.marks import Vector
from mediamill_media.lipsync.puppets.pose import Pose

Field = npt.NDArray[np.float32]

_STILL_AT = 2.7
"""So many radii from the middle of a head nothing moves any more."""
_NECK = 1.25
_LEAST_PX = 0.02
_COARSE = 4
"""How a head moves is worked out for every fourth pixel each way: what lies between them moves in between."""


class Head:
    """A head of ``radius`` pixels around ``middle``, in a frame of a size."""

    def __init__(self, middle: Vector, radius: float, size: tuple[int, int]) -> None:
        reach = radius * _STILL_AT
        left, top = (max(0, math.floor(at - reach)) for at in middle)
        right, bottom = (min(side, math.ceil(at + reach)) for at, side in zip(middle, size, strict=True))
        self._place = (slice(top, bottom), slice(left, right))
        self._radius = radius
        across, down = _coarse(left, right), _coarse(top, bottom)[:, None]
        far = np.hypot(across - middle[0], down - middle[1]) / radius
        self._follows = _soft(np.asarray((_STILL_AT - far) / (_STILL_AT - 1), np.float32))
        neck_x, neck_y = middle[0], middle[1] + _NECK * radius
        # A small turn moves everything at right angles to the way from the neck.
        self._turns = (
            np.asarray((neck_y - down) * self._follows, np.float32),
            np.asarray((across - neck_x) * self._follows, np.float32),
        )
        size_x, size_y = right - left, bottom - top
        self._home = (
            np.broadcast_to(np.arange(size_x, dtype=np.float32), (size_y, size_x)),
            np.broadcast_to(np.arange(size_y, dtype=np.float32)[:, None], (size_y, size_x)),
        )

    def move(self, frame: Frame, pose: Pose) -> Frame:
        """Give the frame with the head in a pose; the frame itself stays as it was."""
        angle, x, y = math.radians(pose.roll), pose.x * self._radius, pose.y * self._radius
        if max(abs(angle) * self._radius, abs(x), abs(y)) < _LEAST_PX:
            return frame
        sources = [self._source(axis, angle, shift) for axis, shift in enumerate((x, y))]
        moved = frame.copy()
        moved[self._place] = cv2.remap(
            frame[self._place], sources[0], sources[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return moved

    def _source(self, axis: int, angle: float, shift: float) -> Field:
        """Give where each pixel comes from, along an axis."""
        home = self._home[axis]
        way = self._turns[axis] * np.float32(angle) + self._follows * np.float32(shift)
        height, width = home.shape
        fine = cv2.resize(way, (way.shape[1] * _COARSE, way.shape[0] * _COARSE), interpolation=cv2.INTER_LINEAR)
        return np.asarray(home - fine[:height, :width], np.float32)


def _coarse(first: int, last: int) -> Field:
    """Give the middle of every group of pixels."""
    groups = -(-(last - first) // _COARSE)
    return np.asarray(first + (_COARSE - 1) / 2 + _COARSE * np.arange(groups), np.float32)


def _soft(part: Field) -> Field:
    """Ease from 0 to 1, and stay there outside."""
    within = np.clip(part, 0, 1)
    return np.asarray(within * within * (3 - 2 * within), np.float32)
