"""Resolves the colour tokens of a drawing: ``@main``, ``@main.dark``, ``@glow.halo`` become paints of one document.

A token is ``@colour`` or ``@colour.finish``, or ``@{#rrggbb}`` for a colour of its own. Without a finish a fill is
softly shaded from its light side to its dark one; ``ball`` shades round things, ``side`` columns; ``halo``, ``shade``,
``veil`` and ``fade`` run out to nothing; ``flat``, ``lit``, ``pale``, ``dark`` and ``deep`` are plain colours. Lines
need a plain finish: SVG gradients vanish on straight lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mediamill_media.image.art.colors import NAMES, darker, lighter, mix

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TOKEN = re.compile(r"@(?:\{(#[0-9a-f]{6})\}|([a-z]+\d?))(?:\.([a-z]+))?")
_LUMINOUS = frozenset({"lit", "glow", "screenlight"})


@dataclass(frozen=True)
class Light:
    """The light of a scene: how much of ``tint`` every colour takes on, and what lit windows and halos look like."""

    tint: str = "#8cc8f4"
    amount: float = 0.04
    lit: str = "#bfe6f5"
    glow: str = "#fff3c4"

    def on(self, name: str, color: str) -> str:
        """Give how a colour looks in this light; what shines by itself keeps its own."""
        return color if name in _LUMINOUS else mix(color, self.tint, self.amount)


PLAIN: dict[str, Callable[[str], str]] = {
    "flat": lambda color: color,
    "lit": lambda color: lighter(color, 0.32),
    "pale": lambda color: lighter(color, 0.6),
    "dark": lambda color: darker(color, 0.24),
    "deep": lambda color: darker(color, 0.48),
}


@dataclass
class Ink:
    """The paints of one SVG document."""

    light: Light = field(default_factory=Light)
    soft: bool = True
    defs: dict[str, str] = field(default_factory=dict)

    def paint(self, drawing: str, colors: Mapping[str, str] | None = None) -> str:
        """Replace every token of a drawing by a paint; ``colors`` override the named ones."""
        own = {**NAMES, "lit": self.light.lit, "glow": self.light.glow, **(colors or {})}

        def resolve(match: re.Match[str]) -> str:
            literal, name, finish = match.group(1), match.group(2), match.group(3) or "soft"
            return self.paint_of(self.light.on(name, literal or own[name]), finish)

        return _TOKEN.sub(resolve, drawing)

    def paint_of(self, color: str, finish: str) -> str:
        """Give the paint for a colour with a finish: a plain colour or a gradient of this document."""
        if finish in PLAIN:
            return PLAIN[finish](color)
        if finish in {"halo", "shade", "veil", "fade", "rise"}:
            return self._gradient(f"{finish}{color[1:]}", _runs_out(finish, color))
        if not self.soft:
            return color
        return self._gradient(f"{finish}{color[1:]}", _shaded(finish, color))

    def _gradient(self, key: str, body: str) -> str:
        self.defs.setdefault(key, body.replace("<?", f'id="{key}" ', 1))
        return f"url(#{key})"

    def document_defs(self) -> str:
        """Give the gradients that the paints refer to."""
        return "<defs>" + "".join(self.defs.values()) + "</defs>"


def _stops(*stops: tuple[float, str, float]) -> str:
    return "".join(f'<stop offset="{at}" stop-color="{color}" stop-opacity="{alpha}"/>' for at, color, alpha in stops)


def _shaded(finish: str, color: str) -> str:
    light, dark = lighter(color, 0.22), darker(color, 0.17)
    stops = _stops((0, light, 1), (0.5, color, 1), (1, dark, 1))
    if finish == "ball":
        return f'<radialGradient <?cx=".36" cy=".28" r=".82">{stops}</radialGradient>'
    if finish == "side":
        return f'<linearGradient <?x1="0" y1="0" x2="1" y2="0">{stops}</linearGradient>'
    return f'<linearGradient <?x1=".3" y1="0" x2=".6" y2="1">{stops}</linearGradient>'


def _runs_out(finish: str, color: str) -> str:
    if finish == "halo":
        stops = _stops((0, color, 0.85), (0.25, color, 0.45), (0.6, color, 0.12), (1, color, 0))
        return f'<radialGradient <?cx=".5" cy=".5" r=".5">{stops}</radialGradient>'
    if finish == "shade":
        stops = _stops((0, color, 0.85), (0.45, color, 0.6), (0.75, color, 0.2), (1, color, 0))
        return f'<radialGradient <?cx=".5" cy=".5" r=".5">{stops}</radialGradient>'
    if finish == "veil":
        stops = _stops((0, color, 0), (0.3, color, 0.55), (1, color, 0))
        return f'<linearGradient <?x1="0" y1="0" x2="0" y2="1">{stops}</linearGradient>'
    stops = _stops((0, color, 1), (1, color, 0)) if finish == "fade" else _stops((0, color, 0), (1, color, 1))
    return f'<linearGradient <?x1="0" y1="0" x2="0" y2="1">{stops}</linearGradient>'
