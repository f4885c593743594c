"""A drawn character that talks: its mouth is taken off its picture and drawn anew for every frame, like its lids."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from mediamill_media.lipsync.faces.frames import Frame, Yuv, color, from_rgb
from mediamill_media.lipsync.faces.marks import DrawnEye, DrawnFace, Vector
from mediamill_media.lipsync.faces.picture import Pixels
from mediamill_media.lipsync.puppets.bare import without_eyes, without_mouth
from mediamill_media.lipsync.puppets.pose import Pose
from mediamill_media.lipsync.puppets.sway import Head
from mediamill_media.lipsync.speech.mouth import Mouth

_FINER = 4
"""So many times finer than pixels mouths are drawn, for smooth edges."""
_SIDES = 33
"""Points along a lip."""
_LINE = 0.25
"""The width of an outline, in half mouths."""
_DEEPEST = 1.3
"""How far the widest open mouth opens, in half mouths."""
_TEETH, _TONGUE = "#fbf7ee", "#f08c8c"
_HEAD_OF_MOUTH, _HEAD_OF_EYES = 3.2, 2.5
"""How large a head is, as seen from a mouth alone, or from how far the eyes are from it."""

Mask = npt.NDArray[np.float32]


class _Box(NamedTuple):
    """The part of a frame in which a mouth is drawn."""

    rows: slice
    columns: slice
    corner: Vector


class DrawnPuppet:
    """A drawn face in its picture."""

    def __init__(self, pixels: Pixels, face: DrawnFace) -> None:
        self._face = face
        bare = without_mouth(pixels, face)
        self._base = from_rgb(bare)
        self._lids = [_Lid(eye, self._base, from_rgb(without_eyes(bare, face)), face) for eye in face.eyes]
        self._axes = np.array((face.right, face.down))
        self._box = _box(face, (pixels.shape[1], pixels.shape[0]))
        self._line, self._inside = color(face.line), color(face.fill)
        # A line that is lighter than what it encloses shines: such a mouth is on a screen and has no teeth.
        self._is_flesh = self._line[0] <= self._inside[0] + 8
        self._head = Head(*_head(face), (pixels.shape[1], pixels.shape[0]))

    def show(self, mouth: Mouth, pose: Pose) -> Frame:
        """Give the frame with this mouth and in this pose."""
        frame = self._base.copy()
        for lid in self._lids:
            lid.close(frame, pose.blink)
        self._paint(frame, mouth)
        return self._head.move(frame, pose)

    def _paint(self, frame: Frame, mouth: Mouth) -> None:
        part = frame[self._box.rows, self._box.columns].astype(np.float32)
        upper, lower = self._lips(mouth)
        inside = self._filled(np.concatenate([upper, lower[::-1]]))
        if mouth.open > 0.03:
            _lay(part, inside, self._inside)
            if self._is_flesh:
                self._fill_mouth(part, inside, mouth, upper, lower)
        _lay(part, self._outlined(np.concatenate([upper, lower[::-1]])), self._line)
        frame[self._box.rows, self._box.columns] = np.clip(part + 0.5, 0, 255)

    def _fill_mouth(
        self, part: npt.NDArray[np.float32], inside: Mask, mouth: Mouth, upper: Vector, lower: Vector
    ) -> None:
        gap = float((lower - upper)[_SIDES // 2, 1])
        middle, half = float(lower[_SIDES // 2, 1]), float(upper[-1, 0])
        tongue = _ellipse(0, middle - gap * 0.3 * mouth.tongue, half * 0.62, gap * (0.3 + 0.2 * mouth.tongue))
        _lay(part, inside * self._filled(tongue), color(_TONGUE))
        high = min(gap * 0.45, 0.14 + 0.22 * mouth.teeth)
        teeth = np.concatenate([upper - np.array((0, 0.1)), (upper + np.array((0, high)))[::-1]])
        _lay(part, inside * self._filled(teeth), color(_TEETH))

    def _lips(self, mouth: Mouth) -> tuple[Vector, Vector]:
        """Give both lips as points, in half mouths from the mouth's middle."""
        along = np.linspace(-1, 1, _SIDES)
        arch = 1 - along**2
        spread = 1 + (0.16 if mouth.wide > 0 else 0.5) * mouth.wide - 0.1 * mouth.open
        pursed = max(0.0, -mouth.wide) * min(1.0, mouth.open * 4)
        sag = self._face.bend * (1 - 0.6 * mouth.open) * (1 - pursed)
        upper = sag * arch - (0.12 + 0.3 * pursed) * mouth.open * np.sqrt(arch)
        lower = upper + _DEEPEST * mouth.open * np.sqrt(arch) * (1 + 0.15 * pursed)
        across = along * spread
        return np.stack([across, upper], axis=1), np.stack([across, lower], axis=1)

    def _placed(self, points: Vector) -> npt.NDArray[np.int32]:
        """Give points of the mouth as they lie in the box, in parts of a pixel."""
        at = points @ self._axes + np.array(self._face.mouth) - self._box.corner + 0.5
        return np.asarray(np.round(at * _FINER * 16), np.int32)

    def _sheet(self) -> Pixels:
        rows, columns = self._box.rows, self._box.columns
        return np.zeros(((rows.stop - rows.start) * _FINER, (columns.stop - columns.start) * _FINER), np.uint8)

    def _filled(self, points: Vector) -> Mask:
        sheet = self._sheet()
        cv2.fillPoly(sheet, [self._placed(points)], 255, shift=4)
        return self._shrunk(sheet)

    def _outlined(self, points: Vector) -> Mask:
        sheet = self._sheet()
        thick = max(1, round(max(1.6, _LINE * self._face.half_width) * _FINER))
        cv2.polylines(sheet, [self._placed(points)], isClosed=True, color=255, thickness=thick, shift=4)
        return self._shrunk(sheet)

    def _shrunk(self, sheet: Pixels) -> Mask:
        size = sheet.shape[1] // _FINER, sheet.shape[0] // _FINER
        small = cv2.resize(sheet, size, interpolation=cv2.INTER_AREA)
        return np.asarray(small / np.float32(255), np.float32)


class _Lid:
    """The lid of an eye: what is behind the eye comes down over it, and the closed eye is a line."""

    def __init__(self, eye: DrawnEye, base: Frame, bare: Frame, face: DrawnFace) -> None:
        reach = eye.r * 1.6
        height, width = base.shape[:2]
        rows = slice(max(0, int(eye.y - reach)), min(height, int(eye.y + reach) + 1))
        columns = slice(max(0, int(eye.x - reach)), min(width, int(eye.x + reach) + 1))
        self._place = (rows, columns)
        self._bare = bare[self._place].astype(np.float32)
        self._down = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None] - np.float32(eye.y)
        self._across = np.arange(columns.start, columns.stop, dtype=np.float32)[None, :] - np.float32(eye.x)
        self._r, self._line = eye.r, color(face.line)

    def close(self, frame: Frame, blink: float) -> None:
        """Close it in the frame, from 0 to 1."""
        if blink <= 0.02 or self._bare.size == 0:
            return
        part = frame[self._place].astype(np.float32)
        # The lid's edge comes from above and ends below the middle; open it is bent like a brow, closed like a smile.
        bend = 0.35 * (2 * blink - 1) * (1 - (self._across / self._r) ** 2)
        edge = (-1.1 + 1.35 * blink + bend) * self._r
        above = np.clip(edge - self._down, 0, 1)
        opposite = np.clip(self._down - (1.35 - 0.9 * blink) * self._r, 0, 1)
        part += (self._bare - part) * np.maximum(above, opposite)[..., None]
        thick = max(0.8, self._r * 0.17)
        half = self._r * np.sqrt(np.clip(1.02 - (edge / (1.16 * self._r)) ** 2, 0, 1))
        line = np.clip(thick + 0.5 - np.abs(edge - self._down), 0, 1) * np.clip(half - np.abs(self._across) + 0.5, 0, 1)
        _lay(part, line * min(1.0, blink * 1.6), self._line)
        frame[self._place] = np.clip(part + 0.5, 0, 255)


def _lay(part: npt.NDArray[np.float32], mask: Mask, paint: Yuv) -> None:
    part += (np.array(paint, np.float32) - part) * mask[..., None]


def _ellipse(x: float, y: float, rx: float, ry: float) -> Vector:
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    return np.stack([x + rx * np.cos(turn), y + ry * np.sin(turn)], axis=1)


def _box(face: DrawnFace, size: tuple[int, int]) -> _Box:
    reach = 2.2 * max(float(np.hypot(*face.right)), float(np.hypot(*face.down))) + 3
    low = [max(0, int(at - reach)) for at in face.mouth]
    high = [min(side, int(at + reach) + 1) for at, side in zip(face.mouth, size, strict=True)]
    return _Box(slice(low[1], high[1]), slice(low[0], high[0]), np.array(low, float))


def _head(face: DrawnFace) -> tuple[Vector, float]:
    """Guess a head's middle and radius from what is known of its face."""
    mouth = np.array(face.mouth)
    if not face.eyes:
        return mouth - np.array(face.down), _HEAD_OF_MOUTH * face.half_width
    eyes = np.mean([(eye.x, eye.y) for eye in face.eyes], axis=0)
    return (eyes + mouth) / 2, max(_HEAD_OF_EYES * float(np.hypot(*(mouth - eyes))), 2 * face.half_width)
