"""Looks at a finished clip, frame by frame, for how far the mouth is open in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

import av
import numpy as np

from mediamill_media.lipsync.faces.frames import color
from mediamill_media.lipsync.faces.marks import DrawnFace
from mediamill_media.lipsync.faces.mesh import Points, finder
from mediamill_media.lipsync.speech.heard import Curve

LONGEST_LOOK_S = 8.0
RATE = 15.0
"""So many looks a second suffice to see a mouth move, and so many seconds of a film."""
_SMALL = 448
_BROW, _CHIN, _UPPER, _LOWER = 10, 152, 13, 14
_WIDE_OPEN = 0.16
"""How far the lips of the widest open mouth are apart, as a share of its face."""
_ALIKE = 26.0


class Seen(NamedTuple):
    """What was seen: at which seconds, and how far the mouth was open, ``nan`` where there was no face."""

    at: Curve
    open: Curve


class Look(Protocol):
    """Tells how far a mouth is open in a frame."""

    least: float
    """What a mouth must open and close by, at least, while somebody speaks; what is less may be trembling."""

    def open(self, frame: av.VideoFrame) -> float:
        """Give 0 for closed and about 1 for the widest open; ``nan`` where no face is."""
        ...


class DrawnLook:
    """Counts what shows of the inside of a drawn mouth."""

    least = 0.02

    def __init__(self, face: DrawnFace, size: tuple[int, int]) -> None:
        reach = 1.7 * face.half_width + 4
        low = [max(0, int(at - reach) // 2 * 2) for at in face.mouth]
        high = [min(side, int(at + reach) // 2 * 2) for at, side in zip(face.mouth, size, strict=True)]
        self._box = (slice(low[1], high[1]), slice(low[0], high[0]))
        self._inside = np.array(color(face.fill), np.float32)
        self._most = 2.0 * face.half_width * float(np.hypot(*face.down))
        self._height = size[1]

    def open(self, frame: av.VideoFrame) -> float:
        """Give the share of the widest mouth's inside that is seen."""
        planes = np.asarray(frame.to_ndarray(format="yuv420p"), np.float32)
        rows, columns = self._box
        luma = planes[rows, columns]
        half = (slice(rows.start // 2, rows.stop // 2), slice(columns.start // 2, columns.stop // 2))
        chroma = planes[self._height :].reshape(2, self._height // 2, -1)
        full = [np.repeat(np.repeat(plane[half], 2, axis=0), 2, axis=1) for plane in chroma]
        pixels = np.stack([luma, *full], axis=2)
        return float((np.abs(pixels - self._inside).sum(axis=2) < _ALIKE).sum()) / self._most


class MeshLook:
    """Measures how far the lips of a photographed face are apart."""

    least = 0.08

    def __init__(self) -> None:
        self._before: Points | None = None

    def open(self, frame: av.VideoFrame) -> float:
        """Give the distance of the lips as a share of the widest."""
        scale = min(1.0, _SMALL / max(frame.width, frame.height))
        width, height = max(2, round(frame.width * scale)), max(2, round(frame.height * scale))
        pixels = np.asarray(frame.to_ndarray(format="rgb24", width=width, height=height), np.uint8)
        found = finder().find(pixels) if self._before is None else finder().follow(pixels, self._before)
        self._before = None if found is None else found.points
        if found is None:
            return float("nan")
        apart, tall = (
            float(np.hypot(*(found.points[one] - found.points[other])))
            for one, other in ((_UPPER, _LOWER), (_BROW, _CHIN))
        )
        return apart / (_WIDE_OPEN * max(tall, 1e-6))


def watch(path: Path, look: Look, fps: float) -> Seen:
    """Look at a clip of ours through its first seconds."""
    every = max(1, round(fps / RATE))
    told = [(number / fps, look.open(frame)) for number, frame in enumerate(_frames(path, fps)) if number % every == 0]
    at, opened = np.array(told, np.float64).reshape(-1, 2).T
    return Seen(at, opened)


def _frames(path: Path, fps: float) -> Iterator[av.VideoFrame]:
    with av.open(str(path)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number / fps > LONGEST_LOOK_S:
                return
            yield frame
