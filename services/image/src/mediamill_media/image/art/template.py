"""Reads the SVG templates: one file per drawing, its viewBox the size, its bottom edge the ground.

Beside SVG's elements a template may hold ``<face x y gap r/>``, ``<eyes …/>`` and ``<mouth x y w/>``, drawn by
``faces`` so that everything smiles alike, and ``<light x y r/>``, which marks where it shines.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from mediamill_media.image.art.drawing import Drawing
from mediamill_media.image.art.faces import Face, eyes, face_on, mouth

_ROOT = re.compile(r'<svg[^>]*viewBox="0 0 ([\d.]+) ([\d.]+)"([^>]*)>(.*)</svg>', re.DOTALL)
_MACRO = re.compile(r"<(face|eyes|mouth|light)\s([^>]*)/>")
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')


def _numbers(attributes: str) -> dict[str, float]:
    return {name: float(value) for name, value in _ATTRIBUTE.findall(attributes)}


@cache
def _text(group: str, name: str) -> str:
    return files("mediamill_media.image.art").joinpath(group, f"{name}.svg").read_text("utf-8")


@cache
def template(group: str, name: str, expression: str = "happy") -> Drawing:
    """Give the drawing of ``art/<group>/<name>.svg`` with its faces drawn. Raises ``FileNotFoundError``."""
    root = _ROOT.search(_text(group, name))
    if root is None:
        raise ValueError(f"{group}/{name}.svg has no viewBox that starts at 0 0")
    width, height = float(root.group(1)), float(root.group(2))
    colors = {key[2:]: value for key, value in _ATTRIBUTE.findall(root.group(3)) if key.startswith("c-")}
    light: list[tuple[float, float, float]] = []

    def expand(match: re.Match[str]) -> str:
        at = _numbers(match.group(2))
        if match.group(1) == "light":
            light.append((at["x"] - width / 2, at["y"] - height, at["r"]))
            return ""
        if match.group(1) == "mouth":
            return mouth(at["x"], at["y"], at["w"], expression)
        face = Face(at["x"], at["y"], at["gap"], at["r"], at.get("mouth", 0.0))
        return face_on(face, expression) if match.group(1) == "face" else eyes(face, expression)

    inner = _MACRO.sub(expand, root.group(4))
    body = f'<g transform="translate({-width / 2:g} {-height:g})">{inner}</g>'
    return Drawing(body, width, height, colors, light=light[0] if light else None)
