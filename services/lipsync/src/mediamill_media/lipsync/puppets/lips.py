"""Opens and closes photographed lips: the skin below them is pulled down, the chin follows, and the mouth fills in.

Everything is told in the mouth's own measure: its middle is 0, its corners are at -1 and 1, down is positive.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from mediamill_media.lipsync.faces.frames import Frame, color
from mediamill_media.lipsync.faces.mesh import Points
from mediamill_media.lipsync.speech.mouth import Mouth

Field = npt.NDArray[np.float32]

UPPER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LOWER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
"""The inner edges of the lips, from corner to corner."""
CHIN = 152

_DEEPEST = 0.66
"""How far the widest open mouth opens, in half mouths."""
_JAW = 0.72
"""How much of that the chin goes along."""
_RISE = 0.16
"""How much of it the upper lip rises."""
_LEFT, _TOP, _BELOW_CHIN = 2.3, 1.5, 1.7
_SPREAD, _PURSE = 0.10, 0.24
_DARK, _FLESH, _TEETH = color("#240a0d"), color("#6b2228"), color("#d9cfc0")
_LIT = 165.0
"""How bright a face is in the light that these were mixed for."""
_FEATHER_PX = 1.3


class _Profile(NamedTuple):
    """Lips as they are in the picture, at even steps from corner to corner."""

    upper: npt.NDArray[np.float64]
    lower: npt.NDArray[np.float64]


_STEPS = np.linspace(-1, 1, 65)


class Lips:
    """The lips of one mesh; a photo has one, a film one for each frame."""

    def __init__(self, points: Points, size: tuple[int, int]) -> None:
        left, right = points[UPPER[0]], points[UPPER[-1]]
        self._middle, along = (left + right) / 2, (right - left) / 2
        self._half = max(2.0, float(np.hypot(*along)))
        self._along = along / np.hypot(*along)
        self._down = np.array((-self._along[1], self._along[0]))
        self._profile = self._lips(points)
        self._own_opening = float((self._profile.lower - self._profile.upper).max())
        self._chin = max(0.6, float((points[CHIN] - self._middle) @ self._down) / self._half)
        self._rows, self._columns = self._region(size)
        self._across, self._deep = self._coordinates()

    @property
    def is_seen(self) -> bool:
        """Whether any of it lies in the picture."""
        return self._across.size > 0

    def _lips(self, points: Points) -> _Profile:
        def along_steps(edge: tuple[int, ...]) -> npt.NDArray[np.float64]:
            local = self._local(points[list(edge)])
            order = np.argsort(local[:, 0])
            return np.asarray(np.interp(_STEPS, local[order, 0], local[order, 1]))

        upper, lower = along_steps(UPPER), along_steps(LOWER)
        return _Profile(upper, np.maximum(upper, lower))

    def _local(self, points: Points) -> Points:
        away = points - self._middle
        return np.stack([away @ self._along, away @ self._down], axis=1) / self._half

    def _region(self, size: tuple[int, int]) -> tuple[slice, slice]:
        """Give the rows and columns that anything of this can move in."""
        low = self._chin + _BELOW_CHIN
        corners = np.array([(x, y) for x in (-_LEFT, _LEFT) for y in (-_TOP, low)])
        at = self._middle + self._half * (corners[:, :1] * self._along + corners[:, 1:] * self._down)
        first = np.clip(np.floor(at.min(axis=0)), 0, size).astype(int)
        last = np.clip(np.ceil(at.max(axis=0)) + 1, 0, size).astype(int)
        return slice(first[1], last[1]), slice(first[0], last[0])

    def _coordinates(self) -> tuple[Field, Field]:
        x = np.arange(self._columns.start, self._columns.stop) - self._middle[0]
        y = np.arange(self._rows.start, self._rows.stop) - self._middle[1]
        grid = [(x[None, :] * axis[0] + y[:, None] * axis[1]) / self._half for axis in (self._along, self._down)]
        return np.asarray(grid[0], np.float32), np.asarray(grid[1], np.float32)

    def shape(self, frame: Frame, mouth: Mouth) -> None:
        """Give the lips in the frame the shape of a mouth; the frame is changed."""
        if not self.is_seen:
            return
        # From where to where the opening goes, for each column of the mouth; looked up in the shape that is asked for.
        across = self._across / self._widened(mouth)
        upper, lower = (self._at(across, edge) for edge in self._profile)
        gap, rise = self._gap(across, mouth), self._rise(across, mouth)
        shown = self._shown(lower - upper, mouth)
        top, bottom = upper - rise, upper + gap + shown
        source = np.where(self._deep < (top + bottom) / 2, self._above(upper, rise), self._below(across, lower, bottom))
        teeth = self._deep + rise * 0.3
        inside = self._inside(top, bottom)
        # What the picture shows between its lips stays where the upper teeth are; all of it where nothing has moved.
        unmoved = 1 - np.clip(np.abs(bottom - lower) / 0.05, 0, 1)
        seen = np.maximum(_soft((lower - 0.03 - teeth) / 0.08), unmoved) * inside
        source = np.where(inside > 0.5, np.where(seen > 0.5, teeth, self._deep), source)
        part = self._looked_up(frame, across, source)
        filled = (inside * (1 - seen))[..., None]
        part += (self._filling(across, top, bottom, mouth) * self._light(frame) - part) * filled
        frame[self._rows, self._columns] = np.clip(part + 0.5, 0, 255)

    def _widened(self, mouth: Mouth) -> Field:
        """Give how much wider the mouth is drawn, less and less away from it."""
        far = self._across**2 / 2.2 + (self._deep - 0.2) ** 2 / 1.4
        amount = (_SPREAD if mouth.wide > 0 else _PURSE) * mouth.wide
        return np.asarray(1 + np.float32(amount) * np.exp(-far), np.float32)

    def _at(self, across: Field, edge: npt.NDArray[np.float64]) -> Field:
        return np.asarray(np.interp(across, _STEPS, edge), np.float32)

    def _gap(self, across: Field, mouth: Mouth) -> Field:
        """Give how much further than in the picture the mouth opens: one that laughs already has less way to go."""
        within = np.clip(1 - across**2, 0, None)
        deepest = max(_DEEPEST / 2, _DEEPEST - 0.6 * self._own_opening)
        return np.asarray(deepest * mouth.open * np.sqrt(within), np.float32)

    def _rise(self, across: Field, mouth: Mouth) -> Field:
        within = np.clip(1 - across**2, 0, None)
        return np.asarray(_RISE * mouth.open * within, np.float32)

    def _shown(self, own: Field, mouth: Mouth) -> Field:
        """Give how much stays of an opening that the picture has itself: all at rest, nothing between closed lips."""
        part = max(mouth.rest, min(1.0, mouth.open / 0.22))
        return np.asarray(own * np.float32(part), np.float32)

    def _above(self, upper: Field, rise: Field) -> Field:
        """Look up the upper lip, which rises, up to where nothing moves."""
        follows = _soft((self._deep + _TOP) / np.maximum(upper + _TOP, 0.2))
        return np.asarray(self._deep + rise * follows)

    def _below(self, across: Field, lower: Field, bottom: Field) -> Field:
        """Look up what lies below the opening: at the lip all of the way, at the chin as far as the jaw goes."""
        lip = bottom - lower
        middle = float(np.interp(0, _STEPS, self._profile.lower))
        most = float(lip.max()) if lip.max() > -lip.min() else float(lip.min()) * 0.4
        jaw = np.asarray(_JAW * most * np.cos(np.pi / 2 * np.clip(across / 2.1, -1, 1)) ** 2, np.float32)
        source: Field = np.asarray(self._deep - lip, np.float32)
        for _ in range(3):
            to_chin = _soft((source - lower) / max(0.3, self._chin - middle))
            fades = 1 - _soft((source - self._chin) / _BELOW_CHIN)
            source = np.asarray(self._deep - (lip + (jaw - lip) * to_chin) * fades, np.float32)
        return np.asarray(source, np.float32)

    def _inside(self, top: Field, bottom: Field) -> Field:
        """Tell what lies between the lips, with edges as soft as a pixel."""
        feather = np.float32(self._half / _FEATHER_PX)
        open_enough = np.clip((bottom - top) * self._half - 0.6, 0, 1)
        edges = np.clip((self._deep - top) * feather + 0.5, 0, 1) * np.clip((bottom - self._deep) * feather + 0.5, 0, 1)
        return np.asarray(edges * open_enough * (np.abs(self._across) < 1.3), np.float32)

    def _looked_up(self, frame: Frame, across: Field, deep: Field) -> Field:
        x, y = across * self._half, deep * self._half
        from_x = self._middle[0] + x * self._along[0] + y * self._down[0]
        from_y = self._middle[1] + x * self._along[1] + y * self._down[1]
        seen = cv2.remap(
            frame,
            from_x.astype(np.float32),
            from_y.astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(seen, np.float32)

    def _light(self, frame: Frame) -> Field:
        """Give how much of the light that paints were mixed for falls on this face."""
        face = frame[self._rows, self._columns, 0]
        return np.array((min(1.1, max(0.35, float(np.median(face)) / _LIT)), 1, 1), np.float32)

    def _filling(self, across: Field, top: Field, bottom: Field, mouth: Mouth) -> Field:
        """Paint the inside: dark behind, flesh below, and the edge of the upper teeth where they would show."""
        height = np.maximum(bottom - top, 1e-3)
        part = np.clip((self._deep - top) / height, 0, 1)[..., None]
        dark, flesh, teeth = (np.array(paint, np.float32) for paint in (_DARK, _FLESH, _TEETH))
        painted = dark + (flesh - dark) * part**2
        edge = (0.1 + 0.12 * mouth.teeth) * np.sqrt(np.clip(1 - (across / 0.8) ** 2, 0, 1))
        soft = 1 - _soft((self._deep - top - edge + 0.04) / 0.08)
        has_teeth = self._own_opening < 0.12
        shows = soft * (np.abs(across) < 0.8) * min(1.0, max(0.0, (mouth.open - 0.12) * 5)) * has_teeth
        return np.asarray(painted + (teeth * 0.92 - painted) * (shows * 0.85)[..., None], np.float32)


def _soft(part: Field) -> Field:
    within = np.clip(part, 0, 1)
    return np.asarray(within * within * (3 - 2 * within), np.float32)
