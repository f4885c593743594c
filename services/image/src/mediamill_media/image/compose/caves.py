"""Caves: glowing crystals, stalactites and the dark rim that we look out of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediamill_media.image.art.colors import darker
from mediamill_media.image.compose.corners import blurred
from mediamill_media.image.compose.stage import place_template, rect

if TYPE_CHECKING:
    from mediamill_media.image.art.ink import Ink
    from mediamill_media.image.compose.stage import Stage


def cave_far(stage: Stage, ink: Ink) -> str:
    """Draw the back of a cave with a glow of crystals."""
    frame, chance = stage.frame, stage.chance("cave")
    glow = (
        f'<ellipse cx="{frame.w * 0.5:.0f}" cy="{stage.horizon:.0f}" rx="{frame.w * 0.5:.0f}" '
        f'ry="{frame.h * 0.5:.0f}" fill="{ink.paint_of("#9fe0ff", "halo")}" opacity=".5"/>'
    )
    gems = "".join(
        place_template(
            ink,
            ("objects", "crystal"),
            (
                frame.w * chance.uniform(0.05, 0.95),
                stage.horizon + chance.uniform(6, 30),
                frame.h * chance.uniform(0.06, 0.16),
            ),
            {"main": chance.choice(("#7fd6f2", "#b48bf0", "#f29ad0"))},
        )
        for _ in range(9)
    )
    return glow + rect(frame, stage.horizon, ink.paint_of(stage.palette.far, "soft")) + gems


def cave_pillars(stage: Stage, ink: Ink) -> str:
    """Draw stalactites hanging from the roof and pillars at both sides."""
    frame, chance = stage.frame, stage.chance("pillars")
    tone = ink.paint_of(darker(stage.palette.far, 0.25), "side")
    spikes = []
    for index in range(12):
        x = frame.left + (index + chance.random()) / 12 * (frame.w + 2 * frame.mx)
        w, h = chance.uniform(22, 52), frame.h * chance.uniform(0.1, 0.3) + frame.my
        spikes.append(
            f'<path d="M{x - w:.0f} {frame.top:.0f}Q{x - w * 0.3:.0f} {frame.top + h * 0.5:.0f} {x:.0f} '
            f'{frame.top + h:.0f}Q{x + w * 0.3:.0f} {frame.top + h * 0.5:.0f} {x + w:.0f} {frame.top:.0f}Z" '
            f'fill="{tone}"/>'
        )
    return "".join(spikes)


def cave_mouth(stage: Stage, ink: Ink) -> str:
    """Draw the dark rim of the cave around the picture."""
    frame = stage.frame
    tone = darker(stage.palette.top, 0.6)
    w, h = frame.w * 0.1, frame.h * 0.1
    left, right, top, bottom = frame.left, frame.right, frame.top, frame.bottom
    rim = (
        f'<path d="M{left:.0f} {top:.0f}H{right:.0f}V{bottom:.0f}H{left:.0f}ZM{w * 0.4:.0f} '
        f"{bottom:.0f}C{-w * 0.4:.0f} {frame.h * 0.6:.0f} {w * 0.6:.0f} {h:.0f} {frame.w * 0.4:.0f} "
        f"{h * 0.2:.0f}"
        f"C{frame.w * 0.7:.0f} {-h * 0.2:.0f} {frame.w + w * 0.5:.0f} {frame.h * 0.4:.0f} "
        f'{frame.w - w * 0.2:.0f} {bottom:.0f}Z" fill="{tone}" fill-rule="evenodd"/>'
    )
    return blurred(ink, rim)
