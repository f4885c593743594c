"""A filmed face that says something else: its lips are shaped anew in every frame in which it is seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from mediamill_media.lipsync.faces.frames import Frame, to_rgb
from mediamill_media.lipsync.faces.mesh import Points, finder
from mediamill_media.lipsync.puppets.lips import Lips
from mediamill_media.lipsync.speech.mouth import Track

_STEADY = 0.6
"""How much of a mesh's small steps from one frame to the next is believed."""
_JUMP = 0.04
"""Steps of so much of a face's size are no trembling, and believed at once."""


def talking(frames: Iterable[Frame], track: Track) -> Iterator[Frame]:
    """Give the frames with the lips of a track; where no face is seen, a frame stays as it is."""
    points: Points | None = None
    for number, frame in zip(range(len(track.open)), frames, strict=False):
        pixels = to_rgb(frame)
        found = finder().find(pixels) if points is None else finder().follow(pixels, points)
        points = None if found is None else _steadied(points, found.points)
        if points is not None:
            Lips(points, (frame.shape[1], frame.shape[0])).shape(frame, track.at(number))
        yield frame


def _steadied(before: Points | None, now: Points) -> Points:
    if before is None:
        return now
    size = float(np.ptp(now, axis=0).max())
    step = float(np.abs(now - before).mean()) / size
    return now if step > _JUMP else before + (now - before) * _STEADY
