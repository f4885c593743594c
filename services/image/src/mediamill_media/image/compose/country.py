"""Open country: hills, mountains, forests, deserts, snow and the sky above the clouds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mediamill_media.image.art.colors import darker, lighter, mix
from mediamill_media.image.art.ink import Ink
from mediamill_media.image.compose.ridges import Points, Ridge, height_at, hills, land, peaks, snow_caps
from mediamill_media.image.compose.sky import cloud
from mediamill_media.image.compose.stage import place_template, rect

if TYPE_CHECKING:
    from mediamill_media.image.compose.stage import Stage

GREENS = ("#2f7a58", "#8fbf5a", "#4f9a66")
AUTUMN = ("#d1492f", "#e8a233", "#c8752f", "#e2c04a")
FLOWERS = ("#f2708f", "#fbd25a", "#ffffff", "#b58be8", "#f59c58")


FLAT_BEYOND = 0.45
"""Plants farther than this are drawn without shading: the haze would hide it."""


class Row(NamedTuple):
    """A row of plants along a line: which template, how many, how high, and how far away."""

    template: str
    count: int
    height: float
    distance: float
    gap: tuple[float, float] | None = None
    """A stretch of the picture's width, in shares, that stays free."""


def row(stage: Stage, ink: Ink, line: Points, wanted: Row) -> str:
    """Draw a row of plants standing on a line, in the colours of their distance."""
    chance, frame = stage.chance(f"row{wanted}"), stage.frame
    if wanted.distance > FLAT_BEYOND:
        ink = Ink(ink.light, soft=False)
    count = max(2, round(wanted.count * (frame.w + 2 * frame.mx) / 1459))
    parts = []
    for index in range(count):
        x = frame.left + (index + chance.uniform(0.12, 0.88)) / count * (frame.w + 2 * frame.mx)
        size = wanted.height * chance.uniform(0.74, 1.22)
        if wanted.gap and wanted.gap[0] < x / frame.w < wanted.gap[1]:
            continue
        autumn = stage.scene.season == "autumn"
        tone = mix(stage.palette.leaf, chance.choice(AUTUMN if autumn else GREENS), 0.5 if autumn else 0.16)
        colors = {"main": stage.palette.away(tone, wanted.distance), "wood": stage.palette.away("#7b5644", wanted.distance)}
        kind = chance.choice(wanted.template.split("|"))
        parts.append((size, place_template(ink, ("nature", kind), (x, height_at(line, x) + 4, size), colors)))
    return "".join(body for _, body in sorted(parts))


def far_hills(stage: Stage, ink: Ink) -> str:
    """Draw two ridges of hills fading into the air."""
    frame, palette = stage.frame, stage.palette
    back = hills(frame, stage.chance("far1"), Ridge(stage.horizon - frame.h * 0.085, frame.h * 0.085, 1.3))
    near = hills(frame, stage.chance("far2"), Ridge(stage.horizon - frame.h * 0.03, frame.h * 0.07, 1.8))
    first, second = palette.away(palette.far, 0.42), mix(palette.away(palette.far, 0.12), palette.leaf, 0.3)
    return land(frame, back, _hazy(ink, first, palette.horizon)) + land(frame, near, _hazy(ink, second, palette.horizon))


def _hazy(ink: Ink, color: str, haze: str) -> str:
    """Give a paint that fades into the haze at the foot of the land."""
    key = f"haze{color[1:]}{haze[1:]}"
    ink.defs.setdefault(
        key,
        f'<linearGradient id="{key}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{color}"/>'
        f'<stop offset=".5" stop-color="{mix(color, haze, 0.45)}"/></linearGradient>',
    )
    return f"url(#{key})"


def mountains(stage: Stage, ink: Ink) -> str:
    """Draw two ranges of mountains with snow on their summits."""
    frame, palette = stage.frame, stage.palette
    back = peaks(frame, stage.chance("peaks1"), Ridge(stage.horizon - frame.h * 0.06, frame.h * 0.33, 2.2))
    near = peaks(frame, stage.chance("peaks2"), Ridge(stage.horizon - frame.h * 0.01, frame.h * 0.2, 3.2))
    white = mix("#ffffff", palette.mid, 0.12 + palette.dim)
    first, second = palette.away(palette.far, 0.4), palette.away(palette.far, 0.08)
    return (
        land(frame, back, _hazy(ink, first, palette.horizon))
        + snow_caps(back, frame.h * 0.07, mix(white, palette.horizon, 0.25))
        + land(frame, near, _hazy(ink, second, palette.horizon))
        + snow_caps(near, frame.h * 0.045, white)
    )


def _mid_line(stage: Stage, name: str, lift: float) -> Points:
    return hills(stage.frame, stage.chance(name), Ridge(stage.horizon + stage.frame.h * lift, stage.frame.h * 0.035, 1.5))


def _mid_land(stage: Stage, ink: Ink, line: Points, distance: float) -> str:
    tone = stage.palette.away(darker(stage.palette.ground, 0.08), distance)
    return land(stage.frame, line, ink.paint_of(tone, "soft"))


def scattered_trees(stage: Stage, ink: Ink) -> str:
    """Draw a meadow's edge with groups of trees."""
    line = _mid_line(stage, "mid", 0.01)
    kinds = "tree|tree|pine|bush" if not stage.scene.snowy else "pine|pine|tree"
    gap = (0.36, 0.7)
    trees = row(stage, ink, line, Row(kinds, 13, stage.frame.h * 0.13, 0.3, gap))
    return trees + _mid_land(stage, ink, line, 0.2) + row(stage, ink, line, Row("bush", 9, stage.frame.h * 0.045, 0.15))


def hedges(stage: Stage, ink: Ink) -> str:
    """Draw a garden's hedges, trees and fence."""
    line = _mid_line(stage, "mid", 0.0)
    fence = "".join(
        place_template(ink, ("nature", "fence"), (x, stage.horizon + 26, stage.frame.h * 0.085), {"main": mix("#ffffff", stage.palette.tint, stage.palette.dim + 0.04)})
        for x in range(int(stage.frame.left), int(stage.frame.right) + 120, 118)
    )
    return (
        row(stage, ink, line, Row("tree", 7, stage.frame.h * 0.24, 0.16))
        + _mid_land(stage, ink, line, 0.16)
        + row(stage, ink, line, Row("bush", 15, stage.frame.h * 0.09, 0.06))
        + fence
    )


def farm_fields(stage: Stage, ink: Ink) -> str:
    """Draw striped fields, a few trees, a barn and a fence."""
    line = _mid_line(stage, "mid", 0.0)
    frame, palette = stage.frame, stage.palette
    field = palette.away(mix("#e8c05e", palette.tint, palette.dim), 0.15)
    furrows = "".join(
        f'<path d="M{frame.w * 0.5 + (x - frame.w * 0.5) * 0.7:.0f} {stage.horizon + 8:.0f}L{x:.0f} {stage.horizon + frame.h * 0.1:.0f}" stroke="{darker(field, 0.12)}" stroke-width="6" opacity=".5"/>'
        for x in range(int(frame.left), int(frame.right) + 60, 64)
    )
    barn = ""
    if "barn" not in stage.scene.names():
        x = frame.w * (0.16 if stage.side > 0 else 0.84)
        barn = place_template(ink, ("buildings", "barn"), (x, stage.horizon + 22, frame.h * 0.24), {})
    return row(stage, ink, line, Row("tree|bush", 8, frame.h * 0.12, 0.25)) + land(frame, line, ink.paint_of(field, "soft")) + furrows + barn


def forest_far(stage: Stage, ink: Ink) -> str:
    """Draw the hills and the palest rows of a forest."""
    frame = stage.frame
    line = hills(frame, stage.chance("far"), Ridge(stage.horizon - frame.h * 0.05, frame.h * 0.05, 1.4))
    return (
        far_hills(stage, ink)
        + row(stage, ink, line, Row("pine", 24, frame.h * 0.27, 0.62))
        + land(frame, line, ink.paint_of(stage.palette.away(stage.palette.leaf, 0.55), "soft"))
    )


def forest_mid(stage: Stage, ink: Ink) -> str:
    """Draw the nearer rows of a forest, with a clearing where the cast will stand."""
    frame = stage.frame
    back, near = _mid_line(stage, "mid1", -0.02), _mid_line(stage, "mid2", 0.02)
    return (
        row(stage, ink, back, Row("pine|pine|tree", 17, frame.h * 0.36, 0.3))
        + _mid_land(stage, ink, back, 0.32)
        + row(stage, ink, near, Row("pine|tree|tree", 13, frame.h * 0.5, 0.06, (0.24, 0.76)))
        + _mid_land(stage, ink, near, 0.16)
        + row(stage, ink, near, Row("bush", 12, frame.h * 0.07, 0.08))
    )


def pine_slopes(stage: Stage, ink: Ink) -> str:
    """Draw slopes with pines at both sides."""
    frame = stage.frame
    back, near = _mid_line(stage, "mid1", -0.015), _mid_line(stage, "mid2", 0.02)
    return (
        row(stage, ink, back, Row("pine", 18, frame.h * 0.13, 0.4))
        + _mid_land(stage, ink, back, 0.3)
        + row(stage, ink, near, Row("pine", 12, frame.h * 0.24, 0.14, (0.22, 0.78)))
        + _mid_land(stage, ink, near, 0.14)
    )


def dunes(stage: Stage, ink: Ink) -> str:
    """Draw dunes and table mountains far away."""
    frame, palette = stage.frame, stage.palette
    chance = stage.chance("mesa")
    tone = palette.away(mix("#c9794f", palette.tint, palette.dim), 0.35)
    mesas = ""
    for share in (0.12, 0.84) if stage.side < 0 else (0.18, 0.9):
        x, w, h = frame.w * share, frame.w * chance.uniform(0.08, 0.13), frame.h * chance.uniform(0.14, 0.22)
        y = stage.horizon + 10
        mesas += (
            f'<path d="M{x - w:.0f} {y:.0f}L{x - w * 0.72:.0f} {y - h:.0f}Q{x:.0f} {y - h * 1.1:.0f} {x + w * 0.66:.0f} {y - h * 0.96:.0f}L{x + w:.0f} {y:.0f}Z" fill="{_hazy(ink, tone, palette.horizon)}"/>'
            f'<path d="M{x - w * 0.8:.0f} {y - h * 0.62:.0f}L{x + w * 0.76:.0f} {y - h * 0.6:.0f}" stroke="{lighter(tone, 0.2)}" stroke-width="7" opacity=".5"/>'
        )
    line = hills(frame, stage.chance("dune"), Ridge(stage.horizon - frame.h * 0.01, frame.h * 0.07, 1.2))
    return mesas + land(frame, line, ink.paint_of(palette.away(palette.ground, 0.35), "soft"))


def desert_plants(stage: Stage, ink: Ink) -> str:
    """Draw a nearer dune with cacti and rocks."""
    frame = stage.frame
    line = _mid_line(stage, "mid", 0.045)
    return (
        row(stage, ink, line, Row("cactus", 6, frame.h * 0.17, 0.14, (0.3, 0.72)))
        + land(frame, line, ink.paint_of(stage.palette.away(stage.palette.ground, 0.16), "soft"))
    )


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
        f'<stop offset=".35" stop-color="{stage.palette.ground}"/><stop offset="1" stop-color="{dark}"/></linearGradient>',
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
        f'<path d="M{frame.left:.0f} {frame.bottom:.0f}V{frame.h * 0.93:.0f}C{frame.w * 0.16:.0f} {frame.h * 0.9:.0f} {x - frame.w * 0.24:.0f} {y:.0f} {x:.0f} {y:.0f}'
        f'C{x + frame.w * 0.24:.0f} {y:.0f} {frame.w * 0.84:.0f} {frame.h * 0.9:.0f} {frame.right:.0f} {frame.h * 0.94:.0f}V{frame.bottom:.0f}Z" fill="{ink.paint_of(tone, "soft")}"/>'
    )


def _path(stage: Stage, ink: Ink, line: Points) -> str:
    if stage.scene.hill or stage.scene.place in {"garden"}:
        return ""
    frame = stage.frame
    tone = mix(mix("#f1dcae", stage.palette.ground, 0.22), stage.palette.tint, stage.palette.dim)
    x, y, b, side = frame.w * 0.52, height_at(line, frame.w * 0.52) + 3, frame.bottom, stage.side
    deep = b - y

    def at(share: float, down: float) -> str:
        return f"{x + side * frame.w * share:.0f} {y + deep * down:.0f}"

    return (
        f'<path d="M{at(-0.008, 0)}C{at(0.07, 0.12)} {at(0.09, 0.24)} {at(0.0, 0.42)}S{at(-0.16, 0.8)} {at(-0.17, 1)}'
        f'L{at(0.1, 1)}C{at(0.06, 0.74)} {at(0.06, 0.56)} {at(0.1, 0.4)}S{at(0.1, 0.06)} {at(0.008, 0)}Z" fill="{ink.paint_of(tone, "soft")}" opacity=".8"/>'
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
            f'<path d="M{x - s:.1f} {y - s:.1f}Q{x - s * 0.2:.1f} {y - s * 0.5:.1f} {x:.1f} {y:.1f}Q{x:.1f} {y - s * 0.8:.1f} {x + s * 0.15:.1f} {y - s * 1.5:.1f}'
            f'M{x:.1f} {y:.1f}Q{x + s * 0.3:.1f} {y - s * 0.6:.1f} {x + s:.1f} {y - s * 0.9:.1f}" fill="none" stroke="{chance.choice(tones)}" stroke-width="{1.4 + 1.6 * t:.1f}" stroke-linecap="round" opacity=".75"/>'
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
            + "".join(f'<circle cx="{x + dx * s:.1f}" cy="{y - s * 3 + dy * s:.1f}" r="{s * 0.78:.1f}" fill="{color}"/>' for dx, dy in ((-0.75, 0), (0.75, 0), (0, -0.75), (0, 0.75)))
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
        f'<path d="M{x:.0f} {y:.0f}q{w * 0.5:.0f} {-w * 0.09:.0f} {w:.0f} 0" fill="none" stroke="{shade}" stroke-width="{4 + w * 0.012:.1f}" stroke-linecap="round" opacity=".5"/>'
        for x, y, w in ((chance.uniform(frame.left, frame.right), frame.h * chance.uniform(0.75, 1.04), chance.uniform(90, 240)) for _ in range(11))
    )
    sparkle = "".join(
        f'<circle cx="{chance.uniform(frame.left, frame.right):.1f}" cy="{frame.h * chance.uniform(0.73, 1.05):.1f}" r="{chance.uniform(0.8, 2):.1f}" fill="#fff" opacity=".9"/>'
        for _ in range(60)
    )
    return land(frame, line, _near(stage, ink)) + _hill(stage, ink) + drifts + sparkle


def sand(stage: Stage, ink: Ink) -> str:
    """Draw near sand with ripples and pebbles."""
    frame, chance = stage.frame, stage.chance("sand")
    line = _ground_line(stage)
    ripple = darker(stage.palette.ground, 0.12)
    ripples = "".join(
        f'<path d="M{x:.0f} {y:.0f}q{w * 0.25:.0f} -7 {w * 0.5:.0f} 0t{w * 0.5:.0f} 0" fill="none" stroke="{ripple}" stroke-width="3" stroke-linecap="round" opacity=".5"/>'
        for x, y, w in ((chance.uniform(frame.left, frame.right), frame.h * chance.uniform(0.73, 1.05), chance.uniform(60, 160)) for _ in range(22))
    )
    stones = "".join(
        place_template(ink, ("nature", "rock"), (chance.uniform(frame.left, frame.right), frame.h * chance.uniform(0.76, 1.0), frame.h * chance.uniform(0.015, 0.035)), {"main": darker(stage.palette.ground, 0.26)})
        for _ in range(7)
    )
    return land(frame, line, _near(stage, ink)) + ripples + stones


def _blurred(ink: Ink, body: str) -> str:
    """Put a group out of focus; keep groups small, since a blur costs by its area."""
    ink.defs.setdefault("blur", '<filter id="blur" x="-10%" y="-10%" width="120%" height="120%"><feGaussianBlur stdDeviation="3.4"/></filter>')
    return f'<g filter="url(#blur)">{body}</g>' if body else ""


def corner_grass(stage: Stage, ink: Ink) -> str:
    """Draw dark blades of grass in the lower corners, out of focus."""
    frame, chance = stage.frame, stage.chance("blades")
    tone = mix(darker(stage.palette.ground, 0.45), "#1a3350", 0.25) if not stage.scene.snowy else mix(stage.palette.far, "#31406f", 0.6)
    sides = []
    for edge, inward in ((frame.left, 1), (frame.right, -1)):
        blades = []
        for _ in range(15):
            reach = chance.random() ** 1.5 * (frame.w * 0.13 + frame.mx)
            x, lean = edge + inward * reach, chance.uniform(-26, 44) * inward
            h, b = frame.h * chance.uniform(0.1, 0.24) * (1 - reach / (frame.w * 0.28)), frame.bottom
            blades.append(
                f'<path d="M{x - 9:.0f} {b:.0f}Q{x + lean * 0.2:.0f} {b - h * 0.6:.0f} {x + lean:.0f} {b - h - frame.my:.0f}'
                f'Q{x + lean * 0.4 + 6:.0f} {b - h * 0.5:.0f} {x + 9:.0f} {b:.0f}Z" fill="{tone}"/>'
            )
        sides.append(_blurred(ink, "".join(blades)))
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
                f'transform="translate({x:.0f} {y:.0f}) rotate({chance.uniform(20, 100) * inward:.0f}) scale({chance.uniform(0.8, 1.5):.2f})"/>'
            )
        sides.append(_blurred(ink, "".join(leaves)))
    return "".join(sides) + corner_grass(stage, ink)


def _cloud_bank(stage: Stage, ink: Ink, name: str, share: float) -> str:
    frame, chance, palette = stage.frame, stage.chance(name), stage.palette
    tone = mix(mix(palette.horizon, "#ffffff", 0.5 + share * 0.3), palette.tint, palette.dim)
    return "".join(
        cloud(ink, chance, (frame.left + (i + 0.5) / 6 * (frame.w + 2 * frame.mx), frame.h * share + chance.uniform(-22, 22), chance.uniform(150, 230)), tone)
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


def cave_far(stage: Stage, ink: Ink) -> str:
    """Draw the back of a cave with a glow of crystals."""
    frame, chance = stage.frame, stage.chance("cave")
    glow = f'<ellipse cx="{frame.w * 0.5:.0f}" cy="{stage.horizon:.0f}" rx="{frame.w * 0.5:.0f}" ry="{frame.h * 0.5:.0f}" fill="{ink.paint_of("#9fe0ff", "halo")}" opacity=".5"/>'
    gems = "".join(
        place_template(ink, ("objects", "crystal"), (frame.w * chance.uniform(0.05, 0.95), stage.horizon + chance.uniform(6, 30), frame.h * chance.uniform(0.06, 0.16)), {"main": chance.choice(("#7fd6f2", "#b48bf0", "#f29ad0"))})
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
        spikes.append(f'<path d="M{x - w:.0f} {frame.top:.0f}Q{x - w * 0.3:.0f} {frame.top + h * 0.5:.0f} {x:.0f} {frame.top + h:.0f}Q{x + w * 0.3:.0f} {frame.top + h * 0.5:.0f} {x + w:.0f} {frame.top:.0f}Z" fill="{tone}"/>')
    return "".join(spikes)


def cave_mouth(stage: Stage, ink: Ink) -> str:
    """Draw the dark rim of the cave around the picture."""
    frame = stage.frame
    tone = darker(stage.palette.top, 0.6)
    w, h = frame.w * 0.1, frame.h * 0.1
    left, right, top, bottom = frame.left, frame.right, frame.top, frame.bottom
    rim = (
        f'<path d="M{left:.0f} {top:.0f}H{right:.0f}V{bottom:.0f}H{left:.0f}ZM{w * 0.4:.0f} {bottom:.0f}C{-w * 0.4:.0f} {frame.h * 0.6:.0f} {w * 0.6:.0f} {h:.0f} {frame.w * 0.4:.0f} {h * 0.2:.0f}'
        f'C{frame.w * 0.7:.0f} {-h * 0.2:.0f} {frame.w + w * 0.5:.0f} {frame.h * 0.4:.0f} {frame.w - w * 0.2:.0f} {bottom:.0f}Z" fill="{tone}" fill-rule="evenodd"/>'
    )
    return _blurred(ink, rim)
