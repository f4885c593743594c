"""Dark shapes in the corners of the picture, out of focus, that make it deep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediamill_media.image.art.colors import darker, mix

if TYPE_CHECKING:
    from mediamill_media.image.art.ink import Ink
    from mediamill_media.image.compose.stage import Stage


def blurred(ink: Ink, body: str) -> str:
    """Put a group out of focus; keep groups small, since a blur costs by its area."""
    ink.defs.setdefault(
        "blur",
        (
            '<filter id="blur" x="-10%" y="-10%" width="120%" height="120%"><feGaussianBlur stdDeviation="3.4"/>'
            "</filter>"
        ),
    )
    return f'<g filter="url(#blur)">{body}</g>' if body else ""


def corner_grass(stage: Stage, ink: Ink) -> str:
    """Draw dark blades of grass in the lower corners, out of focus."""
    frame, chance = stage.frame, stage.chance("blades")
    tone = (
        mix(darker(stage.palette.ground, 0.45), "#1a3350", 0.25)
        if not stage.scene.snowy
        else mix(stage.palette.far, "#31406f", 0.6)
    )
    sides = []
    for edge, inward in ((frame.left, 1), (frame.right, -1)):
        blades = []
        for _ in range(15):
            reach = chance.random() ** 1.5 * (frame.w * 0.13 + frame.mx)
            x, lean = edge + inward * reach, chance.uniform(-26, 44) * inward
            h, b = frame.h * chance.uniform(0.1, 0.24) * (1 - reach / (frame.w * 0.28)), frame.bottom
            blades.append(
                f'<path d="M{x - 9:.0f} {b:.0f}Q{x + lean * 0.2:.0f} {b - h * 0.6:.0f} {x + lean:.0f} '
                f"{b - h - frame.my:.0f}"
                f'Q{x + lean * 0.4 + 6:.0f} {b - h * 0.5:.0f} {x + 9:.0f} {b:.0f}Z" fill="{tone}"/>'
            )
        sides.append(blurred(ink, "".join(blades)))
    return "".join(sides)


def corner_leaves(stage: Stage, ink: Ink) -> str:
    """Draw dark branches in the upper corners and grass in the lower ones, as if we looked out of the wood."""
    frame, chance = stage.frame, stage.chance("leaves")
    tone = mix(darker(stage.palette.leaf, 0.5), "#12304a", 0.3)
    wide, high = frame.w * 0.15 + frame.mx, frame.h * 0.15 + frame.my
    sides = []
    for edge, inward in ((frame.left, 1), (frame.right, -1)):
        leaves = []
        for _ in range(34):
            dx, dy = chance.random(), chance.random()
            if dx + dy > 1.0:
                continue
            x, y = edge + inward * dx * wide, frame.top + dy * high
            leaves.append(
                f'<path d="M-34 0Q0 -24 34 0Q0 24 -34 0Z" fill="{tone}" '
                f'transform="translate({x:.0f} {y:.0f}) rotate({chance.uniform(20, 100) * inward:.0f}) '
                f'scale({chance.uniform(0.8, 1.5):.2f})"/>'
            )
        sides.append(blurred(ink, "".join(leaves)))
    return "".join(sides) + corner_grass(stage, ink)
