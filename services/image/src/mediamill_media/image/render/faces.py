"""Finds the faces in what was drawn, by the marks that eyes and mouths leave, and tells of them inside the PNG.

Whoever animates a picture, like ``lipsync.talk``, reads there who can talk, and where; the layout is in the README.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

import numpy as np
import numpy.typing as npt

from mediamill_media.image.render.texts import with_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mediamill_media.image.compose.frame import Frame

FACES = "mediamill.faces"
"""The keyword of the PNG's text chunk."""
MOST = 24
_PLAIN = re.compile(r"#[0-9a-f]{6}")
_MOVE = re.compile(r"(translate|scale|rotate)\(([^)]*)\)")

Matrix = npt.NDArray[np.float64]


class Eye(NamedTuple):
    """An open eye in pixels: its middle and its radius."""

    x: float
    y: float
    r: float


class Face(NamedTuple):
    """A face in pixels of the flat picture.

    ``right`` leads from the mouth's middle to its right corner, ``down`` is as long and leads to the chin.
    """

    who: str
    mouth: tuple[float, float]
    right: tuple[float, float]
    down: tuple[float, float]
    bend: float
    line: str
    fill: str
    eyes: tuple[Eye, ...]


def faces_in(body: str, frame: Frame, size: tuple[int, int]) -> Iterator[Face]:
    """Give the faces in a layer's inside, as they lie in the flat picture of this size."""
    if "data-mouth" not in body:
        return
    root = ET.fromstring(f"<svg>{body}</svg>")  # noqa: S314  # our own drawing, not anybody's file
    shown = np.array(((size[0] / frame.w, 0, 0), (0, size[1] / frame.h, 0), (0, 0, 1)))
    for figure, place in _figures(root, shown):
        face = _face(figure, place)
        if face is not None:
            yield face


def told(faces: Sequence[Face]) -> str:
    """Write faces as JSON, the largest first."""
    largest = sorted(faces, key=lambda face: -float(np.hypot(*face.right)))[:MOST]
    return json.dumps({"faces": [face._asdict() | {"eyes": [eye._asdict() for eye in face.eyes]} for face in largest]})


def carrying(png: bytes, faces: Sequence[Face]) -> bytes:
    """Give the PNG with a text chunk that tells of its faces."""
    return with_text(png, FACES, told(faces))


def _figures(element: ET.Element, place: Matrix) -> Iterator[tuple[ET.Element, Matrix]]:
    """Give each figure that has a name, with what places its inside."""
    for child in element:
        inside = place @ _matrix(child.get("transform", ""))
        if child.get("data-who") is not None:
            yield child, inside
        else:
            yield from _figures(child, inside)


def _face(figure: ET.Element, place: Matrix) -> Face | None:
    """Give the first face of a figure: what it rides has one of its own, and comes behind it."""
    eyes: list[Eye] = []
    mouth: tuple[ET.Element, Matrix] | None = None
    for mark, inside in _marks(figure, place):
        if mark.get("data-mouth") is not None:
            # A beard brings a mouth of its own, over the one that it covers.
            mouth = (mark, inside) if mouth is None or mark.get("data-line") == mark.get("data-fill") else mouth
        elif mouth is None:
            eyes.append(_eye(mark, inside))
    return None if mouth is None else _facing(figure.get("data-who", ""), *mouth, tuple(eyes))


def _marks(element: ET.Element, place: Matrix) -> Iterator[tuple[ET.Element, Matrix]]:
    for child in element:
        if child.tag == "desc":
            yield child, place
        else:
            yield from _marks(child, place @ _matrix(child.get("transform", "")))


def _eye(mark: ET.Element, place: Matrix) -> Eye:
    x, y, r = map(float, mark.get("data-eye", "").split())
    middle, edge = place @ (x, y, 1), place @ (0, r, 0)
    return Eye(*_point(middle), round(float(np.hypot(*edge[:2])), 2))


def _facing(who: str, mark: ET.Element, place: Matrix, eyes: tuple[Eye, ...]) -> Face:
    x, y, w, bend = map(float, mark.get("data-mouth", "").split())
    middle, right, down = place @ (x, y, 1), place @ (w / 2, 0, 0), place @ (0, w / 2, 0)
    return Face(
        who, _point(middle), _point(right), _point(down), bend, _plain(mark, "line"), _plain(mark, "fill"), eyes
    )


def _point(vector: Matrix) -> tuple[float, float]:
    return round(float(vector[0]), 2), round(float(vector[1]), 2)


def _plain(mark: ET.Element, name: str) -> str:
    color = mark.get(f"data-{name}", "")
    return color if _PLAIN.fullmatch(color) else "#3a2a3f"


def _matrix(text: str) -> Matrix:
    """Read an SVG transform: moves, scales and turns, as our drawings use them."""
    matrix: Matrix = np.eye(3)
    for name, inside in _MOVE.findall(text):
        matrix = matrix @ _MOVES[name](*map(float, inside.replace(",", " ").split()))
    return matrix


def _moved(x: float, y: float = 0.0) -> Matrix:
    return np.array(((1, 0, x), (0, 1, y), (0, 0, 1)))


def _scaled(x: float, y: float | None = None) -> Matrix:
    return np.diag((x, x if y is None else y, 1))


def _turned(degrees: float, x: float = 0.0, y: float = 0.0) -> Matrix:
    sine, cosine = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
    turn = np.array(((cosine, -sine, 0), (sine, cosine, 0), (0, 0, 1)))
    return np.asarray(_moved(x, y) @ turn @ _moved(-x, -y))


_MOVES: dict[str, Callable[..., Matrix]] = {"translate": _moved, "scale": _scaled, "rotate": _turned}
