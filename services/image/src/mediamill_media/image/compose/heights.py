"""The sky above the clouds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediamill_media.image.art.colors import mix
from mediamill_media.image.compose.sky import cloud

if TYPE_CHECKING:
    from mediamill_media.image.art.ink import Ink
    from mediamill_media.image.compose.stage import Stage


def _cloud_bank(stage: Stage, ink: Ink, name: str, share: float) -> str:
    frame, chance, palette = stage.frame, stage.chance(name), stage.palette
    tone = mix(mix(palette.horizon, "#ffffff", 0.5 + share * 0.3), palette.tint, palette.dim)
    return "".join(
        cloud(
            ink,
            chance,
            (
                frame.left + (i + 0.5) / 6 * (frame.w + 2 * frame.mx),
                frame.h * share + chance.uniform(-22, 22),
                chance.uniform(150, 230),
            ),
            tone,
        )
        for i in range(6)
    )


def cloud_sea_far(stage: Stage, ink: Ink) -> str:
    """Draw the far clouds below us."""
    return _cloud_bank(stage, ink, "bank1", 0.84)


def cloud_sea(stage: Stage, ink: Ink) -> str:
    """Draw the nearer clouds below us."""
    return _cloud_bank(stage, ink, "bank2", 0.95) + _cloud_bank(stage, ink, "bank3", 1.06)


def cloud_front(stage: Stage, ink: Ink) -> str:
    """Draw a cloud in front of the lower edge."""
    return _cloud_bank(stage, ink, "bank4", 1.13)
