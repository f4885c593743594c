"""Below the surface: rays of light, reefs, weeds and bubbles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediamill_media.image.art.colors import darker, mix
from mediamill_media.image.compose.ridges import Ridge, hills, land
from mediamill_media.image.compose.stage import place_template

if TYPE_CHECKING:
    from mediamill_media.image.art.ink import Ink
    from mediamill_media.image.compose.stage import Stage

CORALS = ("#f2708f", "#f59c58", "#b48bf0", "#f7d06a", "#ef6f6c")


def rays(stage: Stage, ink: Ink) -> str:
    """Draw light falling through the water, and far rocks."""
    frame, chance = stage.frame, stage.chance("rays")
    paint = ink.paint_of("#f2fffb", "fade")
    beams = "".join(
        (
            f'<path d="M{x:.0f} {frame.top:.0f}h{w:.0f}l{lean + w:.0f} {frame.h * 0.9:.0f}h{-w * 2.4:.0f}Z" '
            f'fill="{paint}" opacity="{chance.uniform(0.12, 0.3):.2f}"/>'
        )
        for x, w, lean in (
            (frame.w * chance.uniform(-0.05, 0.95), chance.uniform(26, 80), stage.side * chance.uniform(60, 170))
            for _ in range(7)
        )
    )
    far = hills(frame, chance, Ridge(frame.h * 0.74, frame.h * 0.22, 1.6))
    return beams + land(frame, far, ink.paint_of(mix(stage.palette.far, stage.palette.mid, 0.45), "soft"))


def _weed(stage: Stage, x: float, y: float, h: float, tone: str) -> str:
    chance = stage.chance(f"weed{x:.0f}")
    bend = chance.uniform(12, 24)
    return (
        f'<path d="M{x:.0f} {y:.0f}q{-bend:.0f} {-h * 0.25:.0f} 0 {-h * 0.5:.0f}t0 {-h * 0.5:.0f}" fill="none" '
        f'stroke="{tone}" stroke-width="{chance.uniform(9, 15):.0f}" stroke-linecap="round"/>'
    )


def reef(stage: Stage, ink: Ink) -> str:
    """Draw the middle rocks with weeds and far corals."""
    frame, chance = stage.frame, stage.chance("reef")
    line = hills(frame, chance, Ridge(frame.h * 0.82, frame.h * 0.1, 1.4))
    weeds = "".join(
        _weed(
            stage,
            frame.w * chance.uniform(-0.05, 1.05),
            frame.h * 0.86,
            frame.h * chance.uniform(0.12, 0.3),
            mix("#2f9a80", stage.palette.mid, 0.35),
        )
        for _ in range(12)
    )
    return weeds + land(frame, line, ink.paint_of(mix(stage.palette.far, stage.palette.ground, 0.25), "soft"))


def _coral(ink: Ink, x: float, y: float, h: float, tone: str) -> str:
    w = h * 0.12
    branches = (
        f"M{x:.0f} {y:.0f}V{y - h:.0f}M{x:.0f} {y - h * 0.3:.0f}Q{x - h * 0.32:.0f} {y - h * 0.36:.0f} "
        f"{x - h * 0.32:.0f} {y - h * 0.74:.0f}M{x:.0f} {y - h * 0.45:.0f}Q{x + h * 0.3:.0f} {y - h * 0.5:.0f} "
        f"{x + h * 0.3:.0f} {y - h * 0.86:.0f}"
    )
    return (
        f'<path d="{branches}" fill="none" stroke="{darker(tone, 0.15)}" stroke-width="{w * 1.3:.1f}" '
        f'stroke-linecap="round"/><path d="{branches}" fill="none" stroke="{ink.paint_of(tone, "flat")}" '
        f'stroke-width="{w:.1f}" stroke-linecap="round"/>'
    )


def sea_floor(stage: Stage, ink: Ink) -> str:
    """Draw the sand with corals, weeds, a starfish and shells at both sides."""
    frame, chance = stage.frame, stage.chance("floor")
    line = hills(frame, chance, Ridge(frame.h * 0.86, frame.h * 0.03, 1.1))
    body = land(frame, line, ink.paint_of(mix(stage.palette.ground, stage.palette.mid, 0.14), "soft"))
    for _ in range(12):
        share = chance.choice((chance.uniform(-0.04, 0.26), chance.uniform(0.74, 1.04)))
        tone = mix(chance.choice(CORALS), stage.palette.mid, 0.16)
        body += _coral(
            ink, frame.w * share, frame.h * chance.uniform(0.87, 0.97), frame.h * chance.uniform(0.09, 0.2), tone
        )
    for share in (0.03, 0.09, 0.9, 0.96):
        body += _weed(
            stage,
            frame.w * share,
            frame.h * 0.95,
            frame.h * chance.uniform(0.22, 0.4),
            mix("#3fae7a", stage.palette.mid, 0.12),
        )
    body += place_template(
        ink, ("animals", "starfish"), (frame.w * chance.uniform(0.3, 0.45), frame.h * 0.97, frame.h * 0.06), {}
    )
    return body + place_template(
        ink, ("objects", "shell"), (frame.w * chance.uniform(0.55, 0.7), frame.h * 0.96, frame.h * 0.05), {}
    )


def bubbles(stage: Stage, _ink: Ink) -> str:
    """Draw bubbles rising in front."""
    frame, chance = stage.frame, stage.chance("bubbles")
    parts = []
    for _ in range(26):
        x, y, r = (
            chance.uniform(frame.left, frame.right),
            chance.uniform(frame.top, frame.h * 0.95),
            chance.uniform(3, 13),
        )
        parts.append(
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{r:.1f}" fill="#e8fffb" fill-opacity=".14" stroke="#fff" '
            'stroke-width="1.6" stroke-opacity=".6"/>'
            f'<circle cx="{x - r * 0.35:.1f}" cy="{y - r * 0.35:.1f}" r="{r * 0.22:.1f}" fill="#fff" opacity=".9"/>'
        )
    return "".join(parts)
