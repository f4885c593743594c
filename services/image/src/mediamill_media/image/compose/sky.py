"""The sky: its gradient, the sun or the moon with its glow, stars, planets, rainbows and clouds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mediamill_media.image.art.colors import mix

if TYPE_CHECKING:
    import random

    from mediamill_media.image.art.ink import Ink
    from mediamill_media.image.compose.stage import Stage

COVERED = frozenset({"storm", "rain", "cloudy", "fog"})
RAINBOW = ("#e8605f", "#f29a4b", "#f7d359", "#79c26b", "#5a9fe0", "#8f6bc9")


def sky(stage: Stage, ink: Ink) -> str:
    """Draw what is infinitely far away, on top of the backdrop."""
    names = set(stage.scene.names())
    space = stage.scene.place in {"space", "moon"}
    parts = [_nebula(stage, ink)] if space else []
    dark = stage.palette.dark and stage.scene.place not in {"cave", "underwater"}
    if dark or space or "star" in names:
        parts.append(_stars(stage, ink))
    if "aurora" in names:
        parts.append(_aurora(stage, ink))
    parts.append(_lamp(stage, ink))
    if "rainbow" in names:
        parts.append(_rainbow(stage))
    if "planet" in names or space:
        parts.append(_planet(stage, ink))
    return "".join(parts)


class Backdrop(NamedTuple):
    """What lies behind everything: a vertical gradient, and a glow as (x, y, radius, strength)."""

    stops: tuple[tuple[float, str], ...]
    light: str
    glow: tuple[float, float, float, float] | None = None


def backdrop(stage: Stage) -> Backdrop:
    """Give the sky's colours and the glow around the sun or the moon."""
    palette, frame = stage.palette, stage.frame
    end = min(1.0, max(0.55, (stage.horizon + frame.my) / (frame.h + 2 * frame.my)))
    stops = ((0.0, palette.top), (end * 0.5, palette.mid), (end, palette.horizon))
    if not _has_lamp(stage):
        return Backdrop(stops, palette.light)
    x, y, _ = _lamp_at(stage)
    return Backdrop(stops, palette.light, (x, y, min(frame.h, frame.w) * 0.62, 0.75))


def _has_lamp(stage: Stage) -> bool:
    """Tell whether the sun or the moon is to be seen."""
    scene = stage.scene
    wanted = {"moon", "sun"} & set(scene.names())
    if scene.place in {"underwater", "cave"} or (scene.place in {"space", "moon"} and not wanted):
        return False
    return bool(wanted) or scene.weather not in COVERED


def _lamp_at(stage: Stage) -> tuple[float, float, float]:
    """Give the place and the radius of the sun or the moon; one that the prompt names is larger."""
    x, y = stage.sun()
    size, wanted = min(stage.frame.h, stage.frame.w), {"moon", "sun"} & set(stage.scene.names())
    if "moon" in wanted and stage.scene.place == "space":
        return stage.frame.w * (0.2 if stage.side < 0 else 0.8), stage.frame.h * 0.66, size * 0.2
    share = {"sunset": 0.08, "dawn": 0.065, "night": 0.062}.get(stage.scene.time, 0.058)
    return x, y, size * share * (1.7 if wanted else 1.0)


def _lamp(stage: Stage, ink: Ink) -> str:
    """Draw the disc of the sun, or of the moon at night."""
    if not _has_lamp(stage):
        return ""
    x, y, radius = _lamp_at(stage)
    if stage.scene.time == "night" or "moon" in stage.scene.names():
        return _moon(ink, x, y, radius)
    tone = {"sunset": "#fff0c0", "dawn": "#fff6e0"}.get(stage.scene.time, "#fff8d8")
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{tone}"/>'


def _moon(ink: Ink, x: float, y: float, r: float) -> str:
    craters = "".join(
        f'<circle cx="{x + dx * r:.1f}" cy="{y + dy * r:.1f}" r="{size * r:.1f}" fill="#d3d6e6" opacity=".75"/>'
        for dx, dy, size in (
            (-0.35, -0.25, 0.2),
            (0.3, 0.15, 0.26),
            (-0.15, 0.5, 0.14),
            (0.42, -0.42, 0.11),
            (-0.6, 0.2, 0.1),
        )
    )
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="{ink.paint_of("#f3f1e6", "ball")}"/>{craters}'


def _stars(stage: Stage, ink: Ink) -> str:
    chance, frame = stage.chance("stars"), stage.frame
    low = stage.horizon if stage.scene.place != "sky" else frame.bottom
    lines = []
    for _ in range(230):
        x, y = chance.uniform(frame.left, frame.right), chance.uniform(frame.top, low)
        size, shine = (
            chance.choice((0.9, 1.1, 1.3, 1.7, 2.3)),
            chance.uniform(0.35, 1) * (1.1 - 0.8 * max(0, y) / max(low, 1)),
        )
        lines.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}" fill="#fff8e6" opacity="{max(shine, 0.1):.2f}"/>')
    halo = ink.paint_of("#dfe6ff", "halo")
    for _ in range(14 if "star" in stage.scene.names() else 6):
        x, y = chance.uniform(frame.left, frame.right), chance.uniform(frame.top, low * 0.7)
        size = chance.uniform(5, 9)
        lines.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size * 2.2:.1f}" fill="{halo}" opacity=".7"/>'
            f'<path d="M{x - size:.1f} {y:.1f}Q{x:.1f} {y:.1f} {x:.1f} {y - size:.1f}Q{x:.1f} {y:.1f} '
            f"{x + size:.1f} {y:.1f}"
            f'Q{x:.1f} {y:.1f} {x:.1f} {y + size:.1f}Q{x:.1f} {y:.1f} {x - size:.1f} {y:.1f}Z" fill="#fff"/>'
        )
    return "".join(lines)


def _nebula(stage: Stage, ink: Ink) -> str:
    chance, frame = stage.chance("nebula"), stage.frame
    return "".join(
        f'<ellipse cx="{frame.w * chance.uniform(0.1, 0.9):.0f}" cy="{frame.h * chance.uniform(0.1, 0.7):.0f}" '
        f'rx="{frame.w * chance.uniform(0.2, 0.42):.0f}" ry="{frame.h * chance.uniform(0.14, 0.3):.0f}" '
        f'fill="{ink.paint_of(color, "halo")}" opacity=".42" transform="rotate({chance.uniform(-25, 25):.0f} '
        f'{frame.w / 2:.0f} {frame.h / 2:.0f})"/>'
        for color in ("#7a4bd0", "#d0528f", "#3b7ad8", "#8d5be0")
    )


def _aurora(stage: Stage, ink: Ink) -> str:
    frame, chance = stage.frame, stage.chance("aurora")
    bands = []
    for color, share in (("#b07cf2", 0.02), ("#5ff0b0", 0.1), ("#6fb8ff", 0.2)):
        y, bend, deep = frame.h * share, chance.uniform(50, 100), frame.h * 0.36
        bands.append(
            f'<path d="M{frame.left:.0f} {y + bend:.0f}C{frame.w * 0.3:.0f} {y - bend:.0f} '
            f"{frame.w * 0.6:.0f} {y + bend * 1.6:.0f} {frame.right:.0f} {y - bend * 0.4:.0f}"
            f"V{y + deep:.0f}C{frame.w * 0.6:.0f} {y + deep + bend:.0f} {frame.w * 0.3:.0f} "
            f'{y + deep - bend * 0.6:.0f} {frame.left:.0f} {y + deep + 40:.0f}Z" '
            f'fill="{ink.paint_of(color, "veil")}" opacity=".62"/>'
        )
    return "".join(bands)


def _rainbow(stage: Stage) -> str:
    frame = stage.frame
    x, y, r = (
        frame.w * (0.62 if stage.side < 0 else 0.38),
        stage.horizon + frame.h * 0.06,
        min(frame.w * 0.46, frame.h * 0.62),
    )
    return "".join(
        (
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{r - step * 13:.0f}" fill="none" stroke="{color}" '
            'stroke-width="14" opacity=".62"/>'
        )
        for step, color in enumerate(RAINBOW)
    )


def _planet(stage: Stage, ink: Ink) -> str:
    frame, chance = stage.frame, stage.chance("planet")
    size = min(frame.w, frame.h)
    wanted = "planet" in stage.scene.names()
    r = size * (0.17 if wanted else 0.09)
    x, y = frame.w * (0.8 if stage.side < 0 else 0.2), frame.h * (0.28 if wanted else 0.2)
    base = chance.choice(("#e58d6a", "#6fb3d9", "#d9a6e0", "#efc06a"))
    bands = "".join(
        (
            f'<path d="M{x - r * w:.1f} {y + r * dy:.1f}Q{x:.1f} {y + r * (dy + 0.16):.1f} {x + r * w:.1f} '
            f'{y + r * dy:.1f}" fill="none" stroke="{mix(base, "#ffffff", 0.4)}" stroke-width="{r * 0.1:.1f}" '
            'opacity=".5" stroke-linecap="round"/>'
        )
        for dy, w in ((-0.45, 0.8), (-0.05, 0.92), (0.34, 0.82))
    )
    ring = (
        '<path d="M{0:.1f} {1:.1f}A{2:.1f} {3:.1f} 0 0 {4} {5:.1f} {1:.1f}" fill="none" stroke="#f0dcb8" '
        'stroke-width="{6:.1f}" opacity=".8"/>'
    )
    rx = r * 1.7
    behind = ring.format(x - rx, y, rx, r * 0.42, 1, x + rx, r * 0.13)
    before = ring.format(x - rx, y, rx, r * 0.42, 0, x + rx, r * 0.13)
    globe = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="{ink.paint_of(base, "ball")}"/>'
    return f'<g transform="rotate(-16 {x:.1f} {y:.1f})">{behind}{globe}{bands}{before}</g>'


def clouds(stage: Stage, ink: Ink) -> str:
    """Draw drifting clouds; many and dark in bad weather, none in space or under water."""
    if stage.scene.place in {"space", "moon", "underwater", "cave"}:
        return ""
    frame, chance, weather = stage.frame, stage.chance("clouds"), stage.scene.weather
    count = 11 if weather in {"storm", "rain"} else 9 if weather == "cloudy" else 7 if stage.scene.place == "sky" else 4
    if weather == "clear" and stage.palette.dark:
        count = 3
    if "cloud" in stage.scene.names():
        count += 4
    low = 0.3 if stage.scene.place != "sky" else 0.5
    tone = (
        mix(stage.palette.horizon, "#ffffff", 0.55)
        if not stage.palette.dark
        else mix(stage.palette.mid, "#9fb0e8", 0.3)
    )
    if weather in {"storm", "rain"}:
        tone = mix(stage.palette.mid, "#39425f", 0.42)
    parts = []
    for index in range(count):
        x = frame.left + (index + chance.uniform(0.1, 0.9)) / count * (frame.w + 2 * frame.mx)
        y = frame.h * chance.uniform(0.05, low)
        parts.append(cloud(ink, chance, (x, y, chance.uniform(80, 150)), tone))
    return "".join(parts)


def cloud(ink: Ink, chance: random.Random, at: tuple[float, float, float], tone: str) -> str:
    """Draw one cloud with its belly at (x, y), about ``at[2]`` units wide to each side."""
    x, y, w = at
    fade = f"cloud{tone[1:]}"
    ink.defs.setdefault(
        fade,
        f'<linearGradient id="{fade}" x1="0" y1="0" x2="0" y2="1">'
        f'<stop offset="0" stop-color="{mix(tone, "#ffffff", 0.35)}" stop-opacity=".96"/>'
        f'<stop offset=".5" stop-color="{tone}" stop-opacity=".85"/>'
        f'<stop offset="1" stop-color="{tone}" stop-opacity="0"/></linearGradient>',
    )
    h = w * chance.uniform(0.42, 0.56)
    a, b = chance.uniform(0.5, 0.75), chance.uniform(0.55, 0.8)
    path = (
        f"M{x - w:.1f} {y:.1f}C{x - w * 1.25:.1f} {y - h * 0.5:.1f} {x - w * 0.85:.1f} {y - h * 0.75:.1f} "
        f"{x - w * 0.62:.1f} {y - h * 0.6:.1f}"
        f"C{x - w * 0.6:.1f} {y - h * (0.9 + a * 0.4):.1f} {x - w * 0.05:.1f} {y - h * (1.0 + a * 0.45):.1f} "
        f"{x + w * 0.06:.1f} {y - h * 0.86:.1f}"
        f"C{x + w * 0.3:.1f} {y - h * (0.9 + b * 0.3):.1f} {x + w * 0.68:.1f} {y - h * b:.1f} "
        f"{x + w * 0.62:.1f} {y - h * 0.5:.1f}"
        f"C{x + w * 0.95:.1f} {y - h * 0.66:.1f} {x + w * 1.2:.1f} {y - h * 0.3:.1f} {x + w:.1f} {y:.1f}Z"
    )
    return f'<path d="{path}" fill="url(#{fade})"/>'
