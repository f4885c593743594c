"""What falls or floats in front of everything: rain, snow, fog, leaves, petals, fireflies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediamill_media.image.art.colors import mix
from mediamill_media.image.compose.grounds import FLOWERS

if TYPE_CHECKING:
    from mediamill_media.image.art.ink import Ink
    from mediamill_media.image.compose.stage import Stage

FIREFLY_PLACES = frozenset({"forest", "meadow", "garden", "river", "village", "farm"})


def in_front(stage: Stage, ink: Ink) -> str:
    """Draw the weather before the cast; none gets into a room."""
    scene = stage.scene
    if stage.indoor or scene.place in {"underwater", "space", "moon", "cave"}:
        return _motes(stage, ink) if stage.indoor or scene.place == "cave" else ""
    parts = []
    if scene.weather in {"rain", "storm"}:
        parts.append(_rain(stage))
    if scene.weather == "snow" or scene.place == "snow":
        parts.append(_snow(stage))
    if scene.weather == "fog":
        parts.append(_fog(stage, ink, 0.5))
    if scene.season in {"autumn", "spring"} or scene.weather == "wind":
        parts.append(_leaves(stage))
    night = stage.palette.dark and scene.place in FIREFLY_PLACES and not scene.snowy and scene.weather == "clear"
    if night or "fireflies" in scene.names():
        parts.append(_fireflies(stage, ink))
    return "".join(parts)


def behind(stage: Stage, ink: Ink) -> str:
    """Draw the weather behind the cast: lightning, and veils of fog between the layers."""
    parts = []
    if stage.scene.weather == "storm" and not stage.indoor:
        parts.append(_lightning(stage, ink))
    if stage.scene.weather == "fog" or (stage.scene.time == "dawn" and stage.scene.place in FIREFLY_PLACES):
        parts.append(_fog(stage, ink, 0.32))
    return "".join(parts)


def _rain(stage: Stage) -> str:
    frame, chance = stage.frame, stage.chance("rain")
    count = 240 if stage.scene.weather == "storm" else 170
    drops = []
    for _ in range(count):
        x, y, long = (
            chance.uniform(frame.left, frame.right + 80),
            chance.uniform(frame.top, frame.bottom),
            chance.uniform(16, 44),
        )
        drops.append(f"M{x:.0f} {y:.0f}l{-long * 0.28:.0f} {long:.0f}")
    half = len(drops) // 2
    return (
        f'<path d="{"".join(drops[:half])}" stroke="#dcebff" stroke-width="1.6" opacity=".45" fill="none" '
        'stroke-linecap="round"/>'
        f'<path d="{"".join(drops[half:])}" stroke="#dcebff" stroke-width="2.6" opacity=".32" fill="none" '
        'stroke-linecap="round"/>'
    )


def _snow(stage: Stage) -> str:
    frame, chance = stage.frame, stage.chance("flakes")
    flakes = []
    for _ in range(170):
        depth = chance.random() ** 2
        x, y, r = chance.uniform(frame.left, frame.right), chance.uniform(frame.top, frame.bottom), 1.6 + 4.6 * depth
        flakes.append(
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{r:.1f}" fill="#fff" '
            f'opacity="{chance.uniform(0.5, 0.95) - 0.3 * depth:.2f}"/>'
        )
    return "".join(flakes)


def _fog(stage: Stage, ink: Ink, strength: float) -> str:
    frame, chance = stage.frame, stage.chance(f"fog{strength}")
    tone = ink.paint_of(mix(stage.palette.horizon, "#ffffff", 0.4), "halo")
    return "".join(
        (
            f'<ellipse cx="{frame.w * chance.uniform(0, 1):.0f}" '
            f'cy="{stage.horizon + frame.h * chance.uniform(-0.06, 0.14):.0f}" '
            f'rx="{frame.w * chance.uniform(0.3, 0.5):.0f}" ry="{frame.h * chance.uniform(0.05, 0.1):.0f}" '
            f'fill="{tone}" opacity="{strength}"/>'
        )
        for _ in range(5)
    )


def _lightning(stage: Stage, ink: Ink) -> str:
    frame, chance = stage.frame, stage.chance("bolt")
    x, y = frame.w * (0.3 if stage.side < 0 else 0.68), frame.top
    glow = (
        f'<ellipse cx="{x:.0f}" cy="{frame.h * 0.16:.0f}" rx="{frame.w * 0.26:.0f}" ry="{frame.h * 0.3:.0f}" '
        f'fill="{ink.paint_of("#dfe6ff", "halo")}" opacity=".5"/>'
    )
    line = f"M{x:.0f} {y:.0f}"
    while y < stage.horizon - 20:
        x, y = x + chance.uniform(-34, 34), y + chance.uniform(26, 60)
        line += f"L{x:.0f} {min(y, stage.horizon):.0f}"
    return glow + (
        f'<path d="{line}" fill="none" stroke="#f4f2ff" stroke-width="5" stroke-linejoin="round"/>'
        f'<path d="{line}" fill="none" stroke="#c9d2ff" stroke-width="13" opacity=".3" stroke-linejoin="round"/>'
    )


def _leaves(stage: Stage) -> str:
    frame, chance = stage.frame, stage.chance("falling")
    tones = ("#e07b39", "#d9a13b", "#c8503a") if stage.scene.season == "autumn" else (FLOWERS[0], "#f7b9c9", "#ffffff")
    if stage.scene.season == "summer":
        tones = ("#7fae5a", "#a8c66a", "#d9c45a")
    parts = []
    for _ in range(34):
        x, y, s = chance.uniform(frame.left, frame.right), chance.uniform(frame.top, frame.h), chance.uniform(5, 11)
        parts.append(
            f'<path d="M{-s:.0f} 0Q0 {-s * 0.9:.0f} {s:.0f} 0Q0 {s * 0.9:.0f} {-s:.0f} 0Z" '
            f'transform="translate({x:.0f} {y:.0f}) rotate({chance.uniform(0, 180):.0f})" '
            f'fill="{mix(chance.choice(tones), stage.palette.tint, stage.palette.dim)}" opacity=".9"/>'
        )
    return "".join(parts)


def _fireflies(stage: Stage, ink: Ink) -> str:
    frame, chance = stage.frame, stage.chance("fireflies")
    halo = ink.paint_of("#f6ff9a", "halo")
    parts = []
    for _ in range(24):
        x, y, r = (
            chance.uniform(frame.left, frame.right),
            frame.h * chance.uniform(0.36, 0.95),
            chance.uniform(1.6, 3.2),
        )
        parts.append(
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{r * 6:.1f}" fill="{halo}" opacity=".8"/>'
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{r:.1f}" fill="#fdffd0"/>'
        )
    return "".join(parts)


def _motes(stage: Stage, ink: Ink) -> str:
    """Draw dust that dances in the light."""
    frame, chance = stage.frame, stage.chance("motes")
    halo = ink.paint_of(stage.palette.light, "halo")
    return "".join(
        (
            f'<circle cx="{chance.uniform(frame.left, frame.right):.0f}" '
            f'cy="{chance.uniform(frame.top, frame.h * 0.8):.0f}" r="{chance.uniform(2, 6):.1f}" fill="{halo}" '
            'opacity=".6"/>'
        )
        for _ in range(26)
    )
