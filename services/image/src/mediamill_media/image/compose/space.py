"""Space and the surface of the moon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediamill_media.image.art.colors import darker, lighter, mix
from mediamill_media.image.compose.ridges import Ridge, hills, land
from mediamill_media.image.compose.stage import place_template

if TYPE_CHECKING:
    from mediamill_media.image.art.ink import Ink
    from mediamill_media.image.compose.stage import Stage


def asteroids(stage: Stage, ink: Ink) -> str:
    """Draw a few drifting rocks, and the big moon below when the prompt names it."""
    frame, chance = stage.frame, stage.chance("asteroids")
    return "".join(
        place_template(
            ink,
            ("nature", "asteroid"),
            (
                frame.w * chance.choice((0.06, 0.94, 0.14, 0.88)) + chance.uniform(-40, 40),
                frame.h * chance.uniform(0.2, 0.9),
                frame.h * chance.uniform(0.02, 0.06),
            ),
            {"main": "#8d86b4"},
        )
        for _ in range(7)
    )


def far_craters(stage: Stage, ink: Ink) -> str:
    """Draw the far hills of the moon."""
    frame = stage.frame
    line = hills(frame, stage.chance("far"), Ridge(stage.horizon - frame.h * 0.02, frame.h * 0.06, 1.6))
    return land(frame, line, ink.paint_of(mix(stage.palette.ground, stage.palette.top, 0.5), "soft"))


def craters(stage: Stage, ink: Ink) -> str:
    """Draw the near ground of the moon with its craters."""
    frame, chance = stage.frame, stage.chance("craters")
    ground = stage.palette.ground
    body = land(
        frame,
        hills(frame, chance, Ridge(stage.horizon + frame.h * 0.04, frame.h * 0.025, 1.0)),
        ink.paint_of(ground, "soft"),
    )
    for _ in range(11):
        t = chance.random()
        x, y, r = (
            chance.uniform(frame.left, frame.right),
            stage.horizon + frame.h * (0.1 + 0.3 * t),
            chance.uniform(22, 50) * (0.5 + t),
        )
        body += (
            f'<ellipse cx="{x:.0f}" cy="{y:.0f}" rx="{r:.0f}" ry="{r * 0.3:.0f}" fill="{darker(ground, 0.26)}"/>'
            f'<path d="M{x - r:.0f} {y:.0f}A{r:.0f} {r * 0.3:.0f} 0 0 0 {x + r:.0f} {y:.0f}" fill="none" '
            f'stroke="{lighter(ground, 0.35)}" stroke-width="4" opacity=".8"/>'
        )
    return body
