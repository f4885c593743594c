"""Faces that our illustrator drew, as the picture's own text tells of them; hostile like everything in a file."""

from __future__ import annotations

import json
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import Field, ValidationError

from mediamill.contracts import Answer
from mediamill.errors import BadMedia
from mediamill_media.lipsync.errors import NoFace

LONGEST_TEXT = 65_536
SMALLEST_MOUTH = 2.0
"""Pixels from the middle of a mouth to its corner; a smaller one cannot be seen to move."""

Color = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
Place = Annotated[float, Field(ge=-8192, le=8192)]
Point = tuple[Place, Place]
Vector = npt.NDArray[np.float64]


class DrawnEye(Answer):
    """An open eye: its middle and radius in pixels."""

    x: Place
    y: Place
    r: float = Field(gt=0, le=2048)


class DrawnFace(Answer):
    """A drawn face in pixels of its picture; ``right`` and ``down`` lead from the mouth's middle to where it ends."""

    who: str = Field(max_length=200)
    mouth: Point
    right: Point
    down: Point
    bend: float = Field(ge=-4, le=4, description="how much lower than its corners the mouth's middle is, in ``down``s")
    line: Color
    fill: Color
    eyes: tuple[DrawnEye, ...] = Field(default=(), max_length=4)

    @property
    def half_width(self) -> float:
        """From the middle of the mouth to its corner."""
        return float(np.hypot(*self.right))

    def moved(self, scale: float, offset: Vector) -> DrawnFace:
        """Give the face in a picture that was scaled and then moved."""

        def point(at: Point) -> Point:
            return float(at[0] * scale + offset[0]), float(at[1] * scale + offset[1])

        def vector(along: Point) -> Point:
            return along[0] * scale, along[1] * scale

        eyes = tuple(DrawnEye(x=x, y=y, r=eye.r * scale) for eye in self.eyes for x, y in [point((eye.x, eye.y))])
        placed = {"mouth": point(self.mouth), "right": vector(self.right), "down": vector(self.down), "eyes": eyes}
        return self.model_copy(update=placed)


class _Told(Answer):
    faces: tuple[DrawnFace, ...] = Field(max_length=64)


def drawn_face(told: str, size: tuple[int, int], speaker: str | None) -> DrawnFace:
    """Give the face that talks: the speaker's, else the largest in the picture. Raises ``NoFace`` or ``BadMedia``."""
    there = [face for face in _read(told) if _is_shown(face, size)]
    named = [face for face in there if speaker is None or face.who.casefold() == speaker.casefold()]
    if not named:
        names = ", ".join(sorted({face.who for face in there})) or "nobody"
        raise NoFace(f"The picture shows no {speaker or 'face'} that can talk; it shows {names}.")
    return max(named, key=lambda face: face.half_width)


def _read(told: str) -> tuple[DrawnFace, ...]:
    if len(told) > LONGEST_TEXT:
        raise BadMedia(f"The portrait tells of its faces in {len(told):,} letters; up to {LONGEST_TEXT:,} are read.")
    try:
        return _Told.model_validate(json.loads(told)).faces
    except (ValidationError, ValueError, RecursionError) as wrong:
        error = wrong.errors()[0] if isinstance(wrong, ValidationError) else {"loc": (), "msg": "it is no JSON"}
        place = ".".join(str(part) for part in error["loc"])
        raise BadMedia(f"What the portrait tells of its faces does not fit: {place}: {error['msg']}.") from wrong


def _is_shown(face: DrawnFace, size: tuple[int, int]) -> bool:
    (x, y), (width, height) = face.mouth, size
    is_flat = abs(face.right[0] * face.down[1] - face.right[1] * face.down[0]) < SMALLEST_MOUTH**2 / 2
    return 0 <= x < width and 0 <= y < height and face.half_width >= SMALLEST_MOUTH and not is_flat
