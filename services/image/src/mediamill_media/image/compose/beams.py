"""The beam of a lighthouse, when it is dark or stormy enough to see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mediamill_media.image.art.ink import Ink
    from mediamill_media.image.compose.stage import Stage

DIM = 0.1


def beam(stage: Stage, ink: Ink, lamp: tuple[float, float], height: float) -> str:
    """Draw two cones of light from the lamp, the long one over the water."""
    if stage.palette.dim <= DIM:
        return ""
    x, y = lamp
    inward = 1 if x < stage.frame.w / 2 else -1
    long, spread = stage.frame.w * 0.62, height * 0.17
    parts = []
    for reach, key in ((long * inward, "beam1"), (-long * 0.4 * inward, "beam2")):
        ink.defs[key] = (
            f'<linearGradient id="{key}" x1="{0 if reach > 0 else 1}" y1="0" x2="{1 if reach > 0 else 0}" y2="0">'
            '<stop offset="0" stop-color="#ffeab0" stop-opacity=".7"/>'
            '<stop offset="1" stop-color="#ffeab0" stop-opacity="0"/></linearGradient>'
        )
        parts.append(
            f'<path d="M{x:.0f} {y - height * 0.03:.0f}L{x + reach:.0f} {y - spread * 1.25:.0f}'
            f'V{y + spread * 0.75:.0f}L{x:.0f} {y + height * 0.03:.0f}Z" fill="url(#{key})"/>'
        )
    return "".join(parts)
