"""The near ground: grass with a path and flowers, snow, or sand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediamill_media.image.art.colors import darker, lighter, mix
from mediamill_media.image.compose.ridges import Points, Ridge, height_at, hills, land
from mediamill_media.image.compose.stage import place_template

if TYPE_CHECKING:
    from mediamill_media.image.art.ink import Ink
    from mediamill_media.image.compose.stage import Stage

FLOWERS = ("#f2708f", "#fbd25a", "#ffffff", "#b58be8", "#f59c58")


def _ground_line(stage: Stage) -> Points:
    frame = stage.frame
    y = max(stage.horizon + frame.h * 0.06, frame.h * 0.69)
    return hills(frame, stage.chance("ground"), Ridge(y, frame.h * 0.022, 1.1))


def grassland(stage: Stage, ink: Ink) -> str:
    """Draw the near ground with a path, tufts and flowers; snow lies on it in winter."""
    if stage.scene.snowy:
        return snowfield(stage, ink)
    line = _ground_line(stage)
    ground = land(stage.frame, line, _near(stage, ink))
    return ground + _hill(stage, ink) + _path(stage, ink, line) + _tufts(stage, ink) + _flowers(stage, 26)


def _near(stage: Stage, ink: Ink) -> str:
    light, dark = lighter(stage.palette.ground, 0.16), darker(stage.palette.ground, 0.22)
    key = f"near{stage.palette.ground[1:]}"
    ink.defs.setdefault(
        key,
        f'<linearGradient id="{key}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{light}"/>'
        f'<stop offset=".35" stop-color="{stage.palette.ground}"/><stop offset="1" stop-color="{dark}"/>'
        "</linearGradient>",
    )
    return f"url(#{key})"


def _hill(stage: Stage, ink: Ink) -> str:
    """Draw the hill that the prompt asks for, under the cast."""
    if not stage.scene.hill:
        return ""
    frame = stage.frame
    x, y = frame.w * 0.5, frame.h * 0.74
    tone = lighter(stage.palette.ground, 0.1)
    return (
        f'<path d="M{frame.left:.0f} {frame.bottom:.0f}V{frame.h * 0.93:.0f}C{frame.w * 0.16:.0f} '
        f"{frame.h * 0.9:.0f} {x - frame.w * 0.24:.0f} {y:.0f} {x:.0f} {y:.0f}"
        f"C{x + frame.w * 0.24:.0f} {y:.0f} {frame.w * 0.84:.0f} {frame.h * 0.9:.0f} {frame.right:.0f} "
        f'{frame.h * 0.94:.0f}V{frame.bottom:.0f}Z" fill="{ink.paint_of(tone, "soft")}"/>'
    )


def _path(stage: Stage, ink: Ink, line: Points) -> str:
    if stage.scene.hill:
        return ""
    frame = stage.frame
    tone = mix(mix("#f1dcae", stage.palette.ground, 0.22), stage.palette.tint, stage.palette.dim)
    x, y, b, side = frame.w * 0.52, height_at(line, frame.w * 0.52) + 3, frame.bottom, stage.side
    deep = b - y

    def at(share: float, down: float) -> str:
        return f"{x + side * frame.w * share:.0f} {y + deep * down:.0f}"

    return (
        f'<path d="M{at(-0.008, 0)}C{at(0.07, 0.12)} {at(0.09, 0.24)} {at(0.0, 0.42)}S{at(-0.16, 0.8)} {at(-0.17, 1)}'
        f'L{at(0.1, 1)}C{at(0.06, 0.74)} {at(0.06, 0.56)} {at(0.1, 0.4)}S{at(0.1, 0.06)} {at(0.008, 0)}Z" '
        f'fill="{ink.paint_of(tone, "soft")}" opacity=".8"/>'
    )


def _tufts(stage: Stage, ink: Ink) -> str:
    chance, frame = stage.chance("tufts"), stage.frame
    tones = (lighter(stage.palette.ground, 0.16), darker(stage.palette.ground, 0.16))
    parts = []
    for _ in range(60):
        x, t = chance.uniform(frame.left, frame.right), chance.uniform(0.02, 1)
        y = frame.h * 0.72 + t * (frame.bottom - frame.h * 0.72)
        s = 5 + 10 * t
        parts.append(
            f'<path d="M{x - s:.1f} {y - s:.1f}Q{x - s * 0.2:.1f} {y - s * 0.5:.1f} {x:.1f} {y:.1f}Q{x:.1f} '
            f"{y - s * 0.8:.1f} {x + s * 0.15:.1f} {y - s * 1.5:.1f}"
            f'M{x:.1f} {y:.1f}Q{x + s * 0.3:.1f} {y - s * 0.6:.1f} {x + s:.1f} {y - s * 0.9:.1f}" fill="none" '
            f'stroke="{chance.choice(tones)}" stroke-width="{1.4 + 1.6 * t:.1f}" stroke-linecap="round" '
            'opacity=".75"/>'
        )
    return "".join(parts)


def _flowers(stage: Stage, count: int) -> str:
    chance, frame, palette = stage.chance("flowers"), stage.frame, stage.palette
    parts = []
    for _ in range(count):
        x, t = chance.uniform(frame.left, frame.right), chance.uniform(0.1, 1)
        y, s = frame.h * 0.73 + t * (frame.bottom - frame.h * 0.75), 3.2 + 4.4 * t
        color = mix(chance.choice(FLOWERS), palette.tint, palette.dim)
        parts.append(
            f'<path d="M{x:.1f} {y:.1f}v{-s * 2.6:.1f}" stroke="{darker(palette.ground, 0.2)}" stroke-width="1.8"/>'
            + "".join(
                f'<circle cx="{x + dx * s:.1f}" cy="{y - s * 3 + dy * s:.1f}" r="{s * 0.78:.1f}" fill="{color}"/>'
                for dx, dy in ((-0.75, 0), (0.75, 0), (0, -0.75), (0, 0.75))
            )
            + f'<circle cx="{x:.1f}" cy="{y - s * 3:.1f}" r="{s * 0.6:.1f}" fill="#f6c64f"/>'
        )
    return "".join(parts)


def flower_beds(stage: Stage, ink: Ink) -> str:
    """Draw a garden's lawn full of flowers."""
    return land(stage.frame, _ground_line(stage), _near(stage, ink)) + _tufts(stage, ink) + _flowers(stage, 80)


def snowfield(stage: Stage, ink: Ink) -> str:
    """Draw near snow with blue shadows and sparkles."""
    frame, chance = stage.frame, stage.chance("snow")
    line = _ground_line(stage)
    shade = mix(stage.palette.ground, "#6f8fd0", 0.3)
    drifts = "".join(
        (
            f'<path d="M{x:.0f} {y:.0f}q{w * 0.5:.0f} {-w * 0.09:.0f} {w:.0f} 0" fill="none" stroke="{shade}" '
            f'stroke-width="{4 + w * 0.012:.1f}" stroke-linecap="round" opacity=".5"/>'
        )
        for x, y, w in (
            (chance.uniform(frame.left, frame.right), frame.h * chance.uniform(0.75, 1.04), chance.uniform(90, 240))
            for _ in range(11)
        )
    )
    sparkle = "".join(
        (
            f'<circle cx="{chance.uniform(frame.left, frame.right):.1f}" '
            f'cy="{frame.h * chance.uniform(0.73, 1.05):.1f}" r="{chance.uniform(0.8, 2):.1f}" fill="#fff" '
            'opacity=".9"/>'
        )
        for _ in range(60)
    )
    return land(frame, line, _near(stage, ink)) + _hill(stage, ink) + drifts + sparkle


def sand(stage: Stage, ink: Ink) -> str:
    """Draw near sand with ripples and pebbles."""
    frame, chance = stage.frame, stage.chance("sand")
    line = _ground_line(stage)
    ripple = darker(stage.palette.ground, 0.12)
    ripples = "".join(
        (
            f'<path d="M{x:.0f} {y:.0f}q{w * 0.25:.0f} -7 {w * 0.5:.0f} 0t{w * 0.5:.0f} 0" fill="none" '
            f'stroke="{ripple}" stroke-width="3" stroke-linecap="round" opacity=".5"/>'
        )
        for x, y, w in (
            (chance.uniform(frame.left, frame.right), frame.h * chance.uniform(0.73, 1.05), chance.uniform(60, 160))
            for _ in range(22)
        )
    )
    stones = "".join(
        place_template(
            ink,
            ("nature", "rock"),
            (
                chance.uniform(frame.left, frame.right),
                frame.h * chance.uniform(0.76, 1.0),
                frame.h * chance.uniform(0.015, 0.035),
            ),
            {"main": darker(stage.palette.ground, 0.26)},
        )
        for _ in range(7)
    )
    return land(frame, line, _near(stage, ink)) + ripples + stones
