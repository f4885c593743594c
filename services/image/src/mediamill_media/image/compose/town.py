"""Towns: skylines, towers with windows, shopfronts, cottages and streets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediamill_media.image.art.colors import darker, lighter, mix
from mediamill_media.image.compose.plants import Row, row
from mediamill_media.image.compose.ridges import Ridge, hills, land
from mediamill_media.image.compose.stage import place_template, rect

if TYPE_CHECKING:
    import random

    from mediamill_media.image.art.ink import Ink
    from mediamill_media.image.compose.stage import Stage

WALLS = ("#e9a27e", "#f2cf9c", "#9fc0cf", "#d99aa8", "#b5c79c", "#c7b3d9", "#e8b878")
ROOFS = ("#b5543f", "#7a5a8c", "#4f6d8c", "#a8683f", "#5f7a6a")


def _windows(stage: Stage, chance: random.Random, box: tuple[float, float, float, float], far: float) -> str:
    x, y, w, h = box
    lit = stage.palette.dim > 0.1
    cols, size = max(2, int(w / 22)), 9.0
    step = w / cols
    parts = []
    for i in range(cols):
        for j in range(int((h - 18) / 26)):
            on = chance.random() < (0.55 if lit else 0.0)
            tone = "#ffd46e" if on else mix(mix(stage.palette.mid, "#ffffff", 0.3), stage.palette.far, 0.3 + far * 0.4)
            parts.append(
                f'<rect x="{x + step * (i + 0.5) - size / 2:.0f}" y="{y + 14 + j * 26:.0f}" width="{size:.0f}" '
                f'height="13" rx="2" fill="{tone}" opacity="{0.9 - far * 0.35:.2f}"/>'
            )
    return "".join(parts)


def _towers(stage: Stage, ink: Ink, spec: tuple[str, float, float, float]) -> str:
    """Draw a row of towers: (name, foot, mean height, distance)."""
    name, foot, mean, far = spec
    chance, frame = stage.chance(name), stage.frame
    x, parts = frame.left - 20.0, []
    while x < frame.right:
        w, h = chance.uniform(58, 112) * (1.15 - far * 0.5), mean * chance.uniform(0.55, 1.25)
        tone = stage.palette.away(
            mix(mix(chance.choice(WALLS), "#6d7fae", 0.45), stage.palette.tint, stage.palette.dim + 0.06), far
        )
        y = foot - h
        parts.append(
            f'<rect x="{x:.0f}" y="{y:.0f}" width="{w:.0f}" height="{frame.bottom - y:.0f}" rx="4" '
            f'fill="{ink.paint_of(tone, "side")}"/>'
        )
        if chance.random() < 0.4:
            parts.append(
                f'<rect x="{x + w * 0.3:.0f}" y="{y - 16:.0f}" width="{w * 0.4:.0f}" height="18" rx="3" '
                f'fill="{darker(tone, 0.12)}"/><path d="M{x + w * 0.5:.0f} {y - 16:.0f}v-22" '
                f'stroke="{darker(tone, 0.2)}" stroke-width="3"/>'
            )
        if far < 0.6:
            parts.append(_windows(stage, chance, (x + 6, y, w - 12, h), far))
        x += w + chance.uniform(-2, 14)
    return "".join(parts)


def skyline(stage: Stage, ink: Ink) -> str:
    """Draw the far towers of a city."""
    frame = stage.frame
    return _towers(stage, ink, ("sky1", stage.horizon, frame.h * 0.42, 0.66)) + _towers(
        stage, ink, ("sky2", stage.horizon, frame.h * 0.3, 0.4)
    )


def towers(stage: Stage, ink: Ink) -> str:
    """Draw the nearer towers and the trees before them."""
    frame = stage.frame
    line = [(frame.left, stage.horizon + 6), (frame.right, stage.horizon + 6)]
    return _towers(stage, ink, ("near", stage.horizon, frame.h * 0.24, 0.16)) + row(
        stage, ink, line, Row("tree|bush", 9, frame.h * 0.1, 0.1)
    )


def _house_row(stage: Stage, ink: Ink, foot: float, tall: float) -> str:
    chance, frame = stage.chance("houses"), stage.frame
    x, parts = frame.left - chance.uniform(0, 90), []
    while x < frame.right:
        w, h = chance.uniform(120, 180), tall * chance.uniform(0.8, 1.12)
        wall = mix(chance.choice(WALLS), stage.palette.tint, stage.palette.dim)
        roof = mix(chance.choice(ROOFS), stage.palette.tint, stage.palette.dim)
        parts.append(_facade(stage, ink, chance, (x, foot, w, h), (wall, roof)))
        x += w
    return "".join(parts)


def _facade(
    stage: Stage, ink: Ink, chance: random.Random, box: tuple[float, float, float, float], tones: tuple[str, str]
) -> str:
    x, foot, w, h = box
    wall, roof = tones
    y, pitch = foot - h, chance.uniform(34, 70)
    lit = "#ffd46e" if stage.palette.dim > 0.1 else "#bfe2ee"
    glass = ink.paint_of(lit, "soft")
    snow = (
        (
            f'<path d="M{x - 8:.0f} {y + 3:.0f}L{x + w / 2:.0f} {y - pitch - 5:.0f}L{x + w + 8:.0f} '
            f'{y + 3:.0f}L{x + w - 8:.0f} {y - 2:.0f}L{x + w / 2:.0f} {y - pitch + 14:.0f}L{x + 8:.0f} {y - 2:.0f}Z" '
            f'fill="{mix("#ffffff", stage.palette.tint, stage.palette.dim)}"/>'
        )
        if stage.scene.snowy
        else ""
    )
    body = (
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{w:.0f}" height="{h + 30:.0f}" fill="{ink.paint_of(wall, "soft")}"/>'
        f'<path d="M{x - 7:.0f} {y + 3:.0f}L{x + w / 2:.0f} {y - pitch:.0f}L{x + w + 7:.0f} {y + 3:.0f}Z" '
        f'fill="{ink.paint_of(roof, "soft")}"/>' + snow
    )
    return body + _panes(chance, box, glass, wall) + _door(ink, chance, box, tones)


def _panes(chance: random.Random, box: tuple[float, float, float, float], glass: str, wall: str) -> str:
    x, foot, w, h = box
    panes = []
    for column in range(2):
        for floor in range(max(1, int(h / 96))):
            wx, wy = x + w * (0.18 + 0.4 * column), foot - h + 20 + floor * 74
            panes.append(
                f'<rect x="{wx:.0f}" y="{wy:.0f}" width="{w * 0.22:.0f}" height="40" '
                f'rx="{chance.choice((3, 14))}" fill="{glass}" stroke="{lighter(wall, 0.5)}" stroke-width="4"/>'
                f'<path d="M{wx + w * 0.11:.0f} {wy:.0f}v40M{wx:.0f} {wy + 20:.0f}h{w * 0.22:.0f}" '
                f'stroke="{lighter(wall, 0.5)}" stroke-width="2.6"/>'
            )
    return "".join(panes)


def _door(ink: Ink, chance: random.Random, box: tuple[float, float, float, float], tones: tuple[str, str]) -> str:
    """Draw a door; every other house is a shop with an awning."""
    x, foot, w, _ = box
    wall, roof = tones
    awning = "".join(
        f'<path d="M{x + w * 0.1 + s * w * 0.16:.0f} {foot - 66:.0f}h{w * 0.16:.0f}l4 20q{-w * 0.08:.0f} 12 '
        f'{-w * 0.16 - 4:.0f} 0Z" fill="{roof if s % 2 else lighter(wall, 0.6)}"/>'
        for s in range(5)
    )
    door = (
        f'<rect x="{x + w * 0.38:.0f}" y="{foot - 56:.0f}" width="{w * 0.24:.0f}" height="60" rx="4" '
        f'fill="{ink.paint_of(darker(roof, 0.1), "soft")}"/>'
    )
    return door + (awning if chance.random() < 0.5 else "")


def shopfronts(stage: Stage, ink: Ink) -> str:
    """Draw the houses and shops along a street."""
    return _house_row(stage, ink, stage.horizon + 4, stage.frame.h * 0.3)


def avenue(stage: Stage, ink: Ink) -> str:
    """Draw the pavement, the road and street lamps."""
    frame, palette = stage.frame, stage.palette
    y, road = stage.horizon, mix("#6f7286", palette.tint, 0.2 + palette.dim)
    curb = lighter(palette.ground, 0.3)
    top = frame.h * 0.9
    slabs = "".join(
        (
            f'<path d="M{frame.w / 2 + (x - frame.w / 2) * 0.86:.0f} {y:.0f}L{x:.0f} {top:.0f}" '
            f'stroke="{darker(palette.ground, 0.14)}" stroke-width="2.4" opacity=".6"/>'
        )
        for x in range(int(frame.left) - 200, int(frame.right) + 260, 96)
    )
    dashes = "".join(
        f'<rect x="{x}" y="{top + 44:.0f}" width="70" height="9" rx="4" fill="#fff" opacity=".55"/>'
        for x in range(int(frame.left), int(frame.right), 150)
    )
    lamps = "".join(
        place_template(ink, ("buildings", "streetlamp"), (frame.w * share, y + 26, frame.h * 0.36), {})
        for share in ((0.08, 0.92) if frame.w > 700 else (0.05,))
    )
    return (
        rect(frame, y, ink.paint_of(palette.ground, "soft"))
        + slabs
        + _snowdrifts(stage)
        + rect(frame, top, ink.paint_of(road, "soft"))
        + (
            f'<rect x="{frame.left:.0f}" y="{top - 4:.0f}" width="{frame.w + 2 * frame.mx:.0f}" height="12" '
            f'fill="{curb}"/>'
        )
        + dashes
        + lamps
    )


def _snowdrifts(stage: Stage) -> str:
    if not stage.scene.snowy:
        return ""
    frame, chance = stage.frame, stage.chance("avenue")
    return "".join(
        f'<ellipse cx="{chance.uniform(frame.left, frame.right):.0f}" cy="{stage.horizon + chance.uniform(6, 30):.0f}" '
        f'rx="90" ry="12" fill="{stage.palette.ground}"/>'
        for _ in range(9)
    )


def cottages(stage: Stage, ink: Ink) -> str:
    """Draw a village of cottages among trees, with lit windows in the evening."""
    frame, chance = stage.frame, stage.chance("cottages")
    line = hills(frame, stage.chance("mid"), Ridge(stage.horizon + frame.h * 0.02, frame.h * 0.03, 1.3))
    body = row(stage, ink, line, Row("pine|tree" if not stage.scene.snowy else "pine", 14, frame.h * 0.2, 0.3))
    body += land(frame, line, ink.paint_of(stage.palette.away(stage.palette.ground, 0.1), "soft"))
    spots = [(0.06, 0.2), (0.24, 0.15), (0.46, 0.13), (0.66, 0.15), (0.88, 0.21), (1.03, 0.17)]
    for share, tall in spots:
        wall, roof = chance.choice(WALLS), chance.choice(ROOFS)
        colors = {"main": roof, "wall": wall, "roofsnow": "#f4f8fd" if stage.scene.snowy else roof}
        x = frame.w * (share + chance.uniform(-0.02, 0.02))
        body += place_template(
            ink,
            ("buildings", "house"),
            (x, stage.horizon + frame.h * (0.03 + tall * 0.14), frame.h * tall * 1.25),
            colors,
        )
    return body
