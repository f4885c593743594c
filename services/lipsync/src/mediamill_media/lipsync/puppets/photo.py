"""A photographed face that talks."""

from __future__ import annotations

import numpy as np

from mediamill_media.lipsync.faces.frames import Frame, from_rgb
from mediamill_media.lipsync.faces.mesh import Points
from mediamill_media.lipsync.faces.picture import Pixels
from mediamill_media.lipsync.puppets.lids import EYES, Lid
from mediamill_media.lipsync.puppets.lips import Lips
from mediamill_media.lipsync.puppets.pose import Pose
from mediamill_media.lipsync.puppets.sway import Head
from mediamill_media.lipsync.speech.mouth import Mouth

_CALM = 0.55
"""A photo shows more than a drawing when its head moves, so it moves less."""


class PhotoPuppet:
    """A face in a photo."""

    def __init__(self, pixels: Pixels, points: Points) -> None:
        size = pixels.shape[1], pixels.shape[0]
        self._base = from_rgb(pixels)
        self._lips = Lips(points, size)
        self._lids = [Lid(points, upper, lower, size) for upper, lower in EYES]
        low, high = points.min(axis=0), points.max(axis=0)
        self._head = Head((low + high) / 2, float(np.max(high - low)) * 0.72, size)

    def show(self, mouth: Mouth, pose: Pose) -> Frame:
        """Give the frame with this mouth and in this pose."""
        frame = self._base.copy()
        for lid in self._lids:
            lid.close(frame, pose.blink)
        self._lips.shape(frame, mouth)
        calm = pose._replace(roll=pose.roll * _CALM, x=pose.x * _CALM, y=pose.y * _CALM)
        return self._head.move(frame, calm)
