"""Closes photographed eyes: the skin between brow and lashes is drawn down over the eye."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from mediamill_media.lipsync.faces.frames import Frame
from mediamill_media.lipsync.faces.mesh import Points

Field = npt.NDArray[np.float32]

EYES = (
    ((33, 246, 161, 160, 159, 158, 157, 173, 133), (33, 7, 163, 144, 145, 153, 154, 155, 133)),
    ((362, 398, 384, 385, 386, 387, 388, 466, 263), (362, 382, 381, 380, 374, 373, 390, 249, 263)),
)
"""Upper and lower lid of each eye, from the picture's left to its right."""
_LEAST_OPEN = 0.12
"""An eye that is hardly open, in half eyes, is left as it is."""
_LASHES = 0.10
"""So far above the upper lid's edge its lashes begin, in half eyes."""
_FOLD = 0.75
"""So far above that the skin comes from."""
_STEPS = np.linspace(-1, 1, 33)


class Lid:
    """One eye of a mesh."""

    def __init__(self, points: Points, upper: tuple[int, ...], lower: tuple[int, ...], size: tuple[int, int]) -> None:
        left, right = points[upper[0]], points[upper[-1]]
        self._middle, along = (left + right) / 2, (right - left) / 2
        self._half = max(1.5, float(np.hypot(*along)))
        self._along = along / np.hypot(*along)
        self._down = np.array((-self._along[1], self._along[0]))
        self._upper, self._lower = (self._edge(points[list(edge)]) for edge in (upper, lower))
        reach = self._half * 1.6
        low = np.clip(np.floor(self._middle - reach), 0, size).astype(int)
        high = np.clip(np.ceil(self._middle + reach), 0, size).astype(int)
        self._place = (slice(low[1], high[1]), slice(low[0], high[0]))
        x = np.arange(low[0], high[0]) - self._middle[0]
        y = np.arange(low[1], high[1]) - self._middle[1]
        self._across, self._deep = (
            np.asarray((x[None, :] * axis[0] + y[:, None] * axis[1]) / self._half, np.float32)
            for axis in (self._along, self._down)
        )

    @property
    def can_close(self) -> bool:
        """Whether it is open, and in the picture."""
        return self._across.size > 0 and float((self._lower - self._upper).max()) > _LEAST_OPEN

    def _edge(self, points: Points) -> npt.NDArray[np.float64]:
        away = (points - self._middle) / self._half
        across, deep = away @ self._along, away @ self._down
        order = np.argsort(across)
        return np.asarray(np.interp(_STEPS, across[order], deep[order]))

    def close(self, frame: Frame, blink: float) -> None:
        """Close it in the frame, from 0 to 1."""
        if blink <= 0.02 or not self.can_close:
            return
        upper, lower = (np.interp(self._across, _STEPS, edge).astype(np.float32) for edge in (self._upper, self._lower))
        lashes, fold = upper - _LASHES, upper - _LASHES - _FOLD
        edge = lashes + np.float32(blink) * (lower - upper + _LASHES * 0.5)
        # Between the fold and the lid's edge, the skin that lay between the fold and the lashes is stretched.
        part = (self._deep - fold) / np.maximum(edge - fold, 1e-3)
        stretched = fold + part * (lashes - fold)
        # The lashes themselves come along, whole, over what is left of the eye.
        moved = self._deep - (edge - lashes)
        source = np.where(self._deep < edge, stretched, np.where(moved < upper + _LASHES * 0.3, moved, self._deep))
        source = np.where((self._deep < fold) | (np.abs(self._across) >= 1), self._deep, source)
        x, y = self._across * self._half, source * self._half
        from_x = self._middle[0] + x * self._along[0] + y * self._down[0]
        from_y = self._middle[1] + x * self._along[1] + y * self._down[1]
        frame[self._place] = cv2.remap(
            frame,
            from_x.astype(np.float32),
            from_y.astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
