"""Composes a frame: every plane moved by a fraction of a pixel and laid over those behind it."""

from __future__ import annotations

from math import ceil, floor
from typing import NamedTuple

import cv2
import numpy as np

from mediamill_media.video.camera.path import Pose
from mediamill_media.video.picture.decode import Pixels
from mediamill_media.video.picture.planes import Plane, lay_over

_LINES = 720
_BLACK = (16, 128, 128, 255)


class _Place(NamedTuple):
    """Where a plane lies in the frame: scale and offset of its top left corner."""

    scale: float
    x: float
    y: float


class Camera:
    """Sees planes through a frame of one size, as YUV 4:2:0; the frame that it gives is valid until the next."""

    def __init__(self, planes: list[Plane], frame: tuple[int, int]) -> None:
        self._planes = planes
        self._width, self._height = frame
        self._seen = np.empty((self._height, self._width, 4), np.uint8)
        self._coded = np.empty(self._width * self._height * 3 // 2, np.uint8)

    def see(self, pose: Pose) -> Pixels:
        """Give the frame at a pose: Y, then U and V at half the size, as flat bytes."""
        places = [self._place(plane, pose) for plane in self._planes]
        for number, (plane, place, last) in enumerate(zip(self._planes, places, self._last_rows(places), strict=True)):
            if number == 0:
                self._lay_ground(plane, place, last)
            else:
                self._lay(plane, place, last)
        return self._subsampled()

    def _place(self, plane: Plane, pose: Pose) -> _Place:
        """Map the middle of the picture to the middle of the frame, then move: a camera to the right moves all left."""
        scale = 1 + pose.zoom * plane.zoom_gain
        room_x = max(0.0, (plane.size[0] * scale - self._width) / 2)
        room_y = max(0.0, (plane.size[1] * scale - self._height) / 2)
        x = -pose.x * min(plane.travel[0], room_x)
        y = -pose.y * min(plane.travel[1], room_y)
        sway = pose.sway * self._height / _LINES if plane.bob else 0.0
        return _Place(
            scale,
            (self._width - 1) / 2 + x + scale * (plane.left - (plane.size[0] - 1) / 2),
            (self._height - 1) / 2 + y + sway + scale * (plane.top - (plane.size[1] - 1) / 2),
        )

    def _last_rows(self, places: list[_Place]) -> list[int]:
        """Give for each plane the row of the frame from which on nearer planes hide it."""
        hidden_from = self._height
        last: list[int] = []
        for plane, place in zip(reversed(self._planes), reversed(places), strict=True):
            last.append(hidden_from)
            if plane.solid < plane.yuva.shape[0]:
                hidden_from = min(hidden_from, max(0, ceil(place.y + place.scale * plane.solid) + 1))
        return last[::-1]

    def _lay_ground(self, plane: Plane, place: _Place, last: int) -> None:
        """Draw the plane behind all others; where it has holes there is black behind it."""
        if last <= 0:
            return
        matrix = np.array([[place.scale, 0, place.x], [0, place.scale, place.y]])
        seen = self._seen[:last]
        whole = (plane.left, plane.top) == (0, 0) and plane.solid == 0
        if whole:
            cv2.warpAffine(
                plane.yuva,
                matrix,
                (self._width, last),
                dst=seen,
                flags=cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )
        else:
            seen[...] = _BLACK
            self._lay(plane, place, last)

    def _lay(self, plane: Plane, place: _Place, last: int) -> None:
        height, width = plane.yuva.shape[:2]
        left, top = max(0, floor(place.x) - 1), max(0, floor(place.y) - 1)
        right = min(self._width, ceil(place.x + place.scale * width) + 1)
        bottom = min(last, ceil(place.y + place.scale * height) + 1)
        if right <= left or bottom <= top:
            return
        matrix = np.array([[place.scale, 0, place.x - left], [0, place.scale, place.y - top]])
        above = cv2.warpAffine(plane.yuva, matrix, (right - left, bottom - top), flags=cv2.INTER_LINEAR)
        part = self._seen[top:bottom, left:right]
        part[...] = lay_over(part, np.asarray(above, np.uint8))

    def _subsampled(self) -> Pixels:
        half = (self._width // 2, self._height // 2)
        luma, quarter = self._width * self._height, half[0] * half[1]
        self._coded[:luma] = cv2.extractChannel(self._seen, 0).reshape(-1)
        for channel in (1, 2):
            small = cv2.resize(cv2.extractChannel(self._seen, channel), half, interpolation=cv2.INTER_AREA)
            start = luma + (channel - 1) * quarter
            self._coded[start : start + quarter] = small.reshape(-1)
        return self._coded
