"""Seas, beaches and rivers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediamill_media.image.art.colors import darker, lighter, mix
from mediamill_media.image.compose.corners import corner_grass
from mediamill_media.image.compose.plants import Row, row
from mediamill_media.image.compose.ridges import Ridge, hills, land
from mediamill_media.image.compose.stage import place_template, rect

if TYPE_CHECKING:
    from mediamill_media.image.art.ink import Ink
    from mediamill_media.image.compose.stage import Stage


def nothing(_stage: Stage, _ink: Ink) -> str:
    """Draw nothing."""
    return ""


def _water(stage: Stage, ink: Ink) -> str:
    palette = stage.palette
    key = f"water{palette.water[1:]}"
    far = mix(palette.water, palette.horizon, 0.5)
    ink.defs.setdefault(
        key,
        f'<linearGradient id="{key}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{far}"/>'
        f'<stop offset=".3" stop-color="{palette.water}"/>'
        f'<stop offset="1" stop-color="{darker(palette.water, 0.3)}"/></linearGradient>',
    )
    return f"url(#{key})"


def open_sea(stage: Stage, ink: Ink) -> str:
    """Draw the sea to the horizon, an island, and the light's glitter on the water."""
    frame, palette, chance = stage.frame, stage.palette, stage.chance("island")
    x, w, h = frame.w * (0.85 if stage.side < 0 else 0.15), frame.w * 0.13, frame.h * chance.uniform(0.05, 0.09)
    island = (
        f'<path d="M{x - w:.0f} {stage.horizon + 2:.0f}Q{x - w * 0.5:.0f} {stage.horizon - h * 0.5:.0f} '
        f"{x - w * 0.2:.0f} {stage.horizon - h:.0f}T{x + w * 0.3:.0f} {stage.horizon - h * 0.5:.0f}"
        f'T{x + w:.0f} {stage.horizon + 2:.0f}Z" fill="{palette.away(palette.far, 0.4)}"/>'
    )
    return island + rect(frame, stage.horizon, _water(stage, ink)) + _glitter(stage) + _swell(stage, "swell", 0.05)


def _glitter(stage: Stage) -> str:
    frame, chance = stage.frame, stage.chance("glitter")
    sun, _ = stage.sun()
    tone = lighter(mix(stage.palette.light, stage.palette.horizon, 0.2), 0.3)
    parts = []
    for _ in range(80):
        t = chance.random()
        y = stage.horizon + 4 + t * frame.h * 0.3
        x, w = sun + chance.gauss(0, 1) * frame.w * (0.025 + 0.07 * t), chance.uniform(8, 34) * (0.5 + t)
        parts.append(
            f'<path d="M{x - w / 2:.1f} {y:.1f}h{w:.1f}" stroke="{tone}" stroke-width="{1.4 + 2 * t:.1f}" '
            f'stroke-linecap="round" opacity="{0.65 * (1 - 0.6 * t):.2f}"/>'
        )
    return "".join(parts)


def _swell(stage: Stage, name: str, start: float) -> str:
    frame, chance = stage.frame, stage.chance(name)
    tone = lighter(stage.palette.water, 0.3)
    parts = []
    for _ in range(34):
        t = chance.random()
        x, y, w = (
            chance.uniform(frame.left, frame.right),
            stage.horizon + frame.h * (start + 0.4 * t),
            chance.uniform(24, 70) * (0.5 + t),
        )
        parts.append(
            f'<path d="M{x:.0f} {y:.0f}q{w * 0.25:.0f} {-4 - 4 * t:.0f} {w * 0.5:.0f} 0t{w * 0.5:.0f} 0" '
            f'fill="none" stroke="{tone}" stroke-width="{1.5 + 1.6 * t:.1f}" stroke-linecap="round" '
            'opacity=".45"/>'
        )
    return "".join(parts)


def cliffs(stage: Stage, ink: Ink) -> str:
    """Draw a rocky headland on one side, where a lighthouse can stand."""
    frame, palette = stage.frame, stage.palette
    rock = mix(palette.away(mix("#8d8296", palette.tint, palette.dim), 0.12), palette.ground, 0.15)
    grass = mix(palette.leaf, palette.horizon, 0.12)
    y = frame.h * 0.66
    edge, reach = (frame.right, -1) if stage.side < 0 else (frame.left, 1)
    w = frame.w * 0.4 + frame.mx

    def at(share: float) -> str:
        return f"{edge + reach * w * share:.0f}"

    body = (
        f'<path d="M{edge:.0f} {y - 44:.0f}C{at(0.3)} {y - 56:.0f} {at(0.6)} {y - 34:.0f} {at(0.78)} '
        f"{y - 22:.0f}C{at(0.9)} {y + 10:.0f} {at(0.92)} {y + 36:.0f} {at(1.02)} "
        f'{y + frame.h * 0.1:.0f}L{edge:.0f} {y + frame.h * 0.12:.0f}Z" fill="{ink.paint_of(rock, "soft")}"/>'
        f'<path d="M{edge:.0f} {y - 46:.0f}C{at(0.3)} {y - 60:.0f} {at(0.6)} {y - 38:.0f} {at(0.8)} '
        f"{y - 22:.0f}C{at(0.7)} {y - 10:.0f} {at(0.62)} {y - 24:.0f} {at(0.5)} {y - 12:.0f}C{at(0.36)} "
        f'{y - 26:.0f} {at(0.2)} {y - 14:.0f} {edge:.0f} {y - 20:.0f}Z" fill="{ink.paint_of(grass, "soft")}"/>'
    )
    cracks = "".join(
        (
            f'<path d="M{at(share)} {y + 8:.0f}l{reach * 10} 26l{-reach * 6} 20" fill="none" '
            f'stroke="{darker(rock, 0.25)}" stroke-width="4" opacity=".5" stroke-linecap="round"/>'
        )
        for share in (0.2, 0.44, 0.66, 0.8)
    )
    foam = (
        f'<path d="M{at(1.06)} {y + frame.h * 0.1:.0f}Q{at(0.5)} {y + frame.h * 0.145:.0f} {edge:.0f} '
        f'{y + frame.h * 0.115:.0f}" fill="none" stroke="#fff" stroke-width="9" opacity=".55" '
        'stroke-linecap="round"/>'
    )
    return body + cracks + foam


def _waves(stage: Stage, ink: Ink, name: str, share: float, tone: str) -> str:
    """Draw a band of waves; its crests shine where a paler copy looks out from behind it."""
    frame, chance = stage.frame, stage.chance(name)
    rough = 2.6 if stage.scene.weather == "storm" else 1.0
    y, step = frame.h * share, frame.w / (6 if rough > 1 else 9)
    x = frame.left - chance.uniform(0, step)
    line = f"M{x:.0f} {frame.bottom:.0f}V{y:.0f}"
    while x < frame.right:
        lift = chance.uniform(9, 16) * rough
        line += (
            f"C{x + step * 0.34:.0f} {y + lift * 0.15:.0f} {x + step * 0.5:.0f} {y - lift:.0f} "
            f"{x + step * 0.72:.0f} {y - lift:.0f}S{x + step * 0.9:.0f} {y + lift * 0.1:.0f} {x + step:.0f} "
            f"{y:.0f}"
        )
        x += step
    line += f"V{frame.bottom:.0f}Z"
    crest = mix(lighter(tone, 0.45), stage.palette.horizon, 0.25)
    shift = 5 + 3 * rough
    return (
        f'<path d="{line}" transform="translate({-stage.side * shift:.0f} {-shift * 0.5:.0f})" fill="{crest}" '
        'opacity=".75"/>'
        f'<path d="{line}" fill="{ink.paint_of(tone, "soft")}"/>'
    )


def near_water(stage: Stage, ink: Ink) -> str:
    """Draw the nearest waves, high in a storm."""
    water = stage.palette.water
    return _waves(stage, ink, "wave1", 0.76, mix(water, stage.palette.horizon, 0.1)) + _waves(
        stage, ink, "wave2", 0.86, darker(water, 0.12)
    )


def front_water(stage: Stage, ink: Ink) -> str:
    """Draw the wave that hides the foot of what floats."""
    return _waves(stage, ink, "wave3", 0.97, darker(stage.palette.water, 0.26))


def beach(stage: Stage, ink: Ink) -> str:
    """Draw the beach with the last wave running out on it."""
    frame, chance = stage.frame, stage.chance("beach")
    line = hills(frame, chance, Ridge(frame.h * 0.715, frame.h * 0.035, 0.9))
    wet = [(x, y - 15) for x, y in line]
    foam = [(x, y - 24) for x, y in line]
    specks = "".join(
        (
            f'<circle cx="{chance.uniform(frame.left, frame.right):.0f}" '
            f'cy="{frame.h * chance.uniform(0.77, 1.05):.0f}" r="{chance.uniform(1, 2.6):.1f}" '
            f'fill="{darker(stage.palette.ground, 0.2)}" opacity=".6"/>'
        )
        for _ in range(70)
    )
    shells = "".join(
        place_template(ink, ("objects", name), (frame.w * share, frame.h * y, frame.h * 0.035), {})
        for name, share, y in (("shell", chance.uniform(0.08, 0.3), 0.93), ("shell", chance.uniform(0.6, 0.95), 0.95))
    )
    return (
        land(frame, foam, mix("#ffffff", stage.palette.tint, stage.palette.dim))
        + land(frame, wet, mix(stage.palette.ground, stage.palette.water, 0.3))
        + land(frame, line, ink.paint_of(stage.palette.ground, "soft"))
        + specks
        + shells
    )


def palms(stage: Stage, ink: Ink) -> str:
    """Draw palms on a tongue of land at one side."""
    frame, palette = stage.frame, stage.palette
    colors = {"main": palette.away(palette.leaf, 0.1), "wood": palette.away("#a37a52", 0.08)}
    spots = (0.02, 0.12) if stage.side > 0 else (0.98, 0.88)
    edge, reach = (frame.left, 1) if stage.side > 0 else (frame.right, -1)
    tongue = (
        f'<path d="M{edge:.0f} {frame.h * 0.63:.0f}C{edge + reach * frame.w * 0.14:.0f} {frame.h * 0.625:.0f} '
        f"{edge + reach * frame.w * 0.24:.0f} {frame.h * 0.66:.0f} {edge + reach * frame.w * 0.32:.0f} "
        f'{frame.h * 0.71:.0f}H{edge:.0f}Z" fill="{ink.paint_of(palette.ground, "soft")}"/>'
    )
    trees = "".join(
        place_template(
            ink,
            ("nature", "palm"),
            (frame.w * share, frame.h * (0.655 + 0.012 * k), frame.h * (0.42 - 0.1 * k)),
            colors,
        )
        for k, share in enumerate(spots)
    )
    return tongue + trees


def corner_palm(stage: Stage, _ink: Ink) -> str:
    """Draw a dark palm leaf hanging into the picture from above."""
    frame = stage.frame
    x, reach = (frame.right, -1) if stage.side > 0 else (frame.left, 1)
    tone = mix(darker(stage.palette.leaf, 0.45), "#123a4a", 0.3)
    leaves = "".join(
        (
            f'<path d="M{x:.0f} {frame.top:.0f}Q{x + reach * dx * 0.6:.0f} {frame.top + dy * 0.2:.0f} '
            f"{x + reach * dx:.0f} {frame.top + dy:.0f}Q{x + reach * dx * 0.4:.0f} {frame.top + dy * 0.62:.0f} "
            f'{x:.0f} {frame.top + 46:.0f}Z" fill="{tone}"/>'
        )
        for dx, dy in ((300, 100), (230, 170), (120, 210))
    )
    return f'<g opacity=".92">{leaves}</g>'


def river(stage: Stage, ink: Ink) -> str:
    """Draw a river winding towards us between its banks."""
    frame, palette = stage.frame, stage.palette
    line = hills(frame, stage.chance("bank"), Ridge(stage.horizon + frame.h * 0.06, frame.h * 0.02, 1.2))
    bank = land(frame, line, ink.paint_of(palette.ground, "soft"))
    y = stage.horizon + frame.h * 0.055
    edge, reach = (frame.right, -1) if stage.side > 0 else (frame.left, 1)

    def at(share: float) -> str:
        return f"{edge + reach * frame.w * share:.0f}"

    water = (
        f"M{at(0.42)} {y:.0f}C{at(0.24)} {y + 36:.0f} {at(0.5)} {y + 70:.0f} {at(0.62)} "
        f"{frame.h * 0.8:.0f}C{at(0.68)} {frame.h * 0.88:.0f} {at(0.66)} {frame.h * 0.96:.0f} {at(0.5)} "
        f"{frame.bottom:.0f}"
        f"H{edge:.0f}V{frame.h * 0.72:.0f}C{at(0.16)} {frame.h * 0.68:.0f} {at(0.26)} {y + 40:.0f} {at(0.36)} {y:.0f}Z"
    )
    rim = (
        f'<path d="{water}" fill="{_water(stage, ink)}" stroke="{mix("#ead9a6", palette.tint, palette.dim)}" '
        'stroke-width="12" stroke-linejoin="round"/>'
    )
    chance = stage.chance("ripples")
    ripples = "".join(
        (
            f'<path d="M{float(at(chance.uniform(0.06, 0.46))):.0f} {frame.h * chance.uniform(0.77, 1.02):.0f}q20 '
            '-6 40 0t40 0" fill="none" stroke="#fff" stroke-width="3" opacity=".4" stroke-linecap="round"/>'
        )
        for _ in range(14)
    )
    return bank + rim + ripples + row(stage, ink, line, Row("bush", 8, frame.h * 0.05, 0.05))


def reeds(stage: Stage, ink: Ink) -> str:
    """Draw grass and reeds in the corners."""
    return corner_grass(stage, ink)
