"""Open country: hills, mountains, forests and deserts, far away and in the middle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediamill_media.image.art.colors import darker, lighter, mix
from mediamill_media.image.compose.plants import Row, row
from mediamill_media.image.compose.ridges import Points, Ridge, hills, land, peaks, snow_caps
from mediamill_media.image.compose.stage import place_template

if TYPE_CHECKING:
    from mediamill_media.image.art.ink import Ink
    from mediamill_media.image.compose.stage import Stage


def far_hills(stage: Stage, ink: Ink) -> str:
    """Draw two ridges of hills fading into the air."""
    frame, palette = stage.frame, stage.palette
    back = hills(frame, stage.chance("far1"), Ridge(stage.horizon - frame.h * 0.085, frame.h * 0.085, 1.3))
    near = hills(frame, stage.chance("far2"), Ridge(stage.horizon - frame.h * 0.03, frame.h * 0.07, 1.8))
    first, second = palette.away(palette.far, 0.42), mix(palette.away(palette.far, 0.12), palette.leaf, 0.3)
    return land(frame, back, _hazy(ink, first, palette.horizon)) + land(
        frame, near, _hazy(ink, second, palette.horizon)
    )


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
    return hills(
        stage.frame, stage.chance(name), Ridge(stage.horizon + stage.frame.h * lift, stage.frame.h * 0.035, 1.5)
    )


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
        place_template(
            ink,
            ("nature", "fence"),
            (x, stage.horizon + 26, stage.frame.h * 0.085),
            {"main": mix("#ffffff", stage.palette.tint, stage.palette.dim + 0.04)},
        )
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
        (
            f'<path d="M{frame.w * 0.5 + (x - frame.w * 0.5) * 0.7:.0f} {stage.horizon + 8:.0f}L{x:.0f} '
            f'{stage.horizon + frame.h * 0.1:.0f}" stroke="{darker(field, 0.12)}" stroke-width="6" opacity=".5"/>'
        )
        for x in range(int(frame.left), int(frame.right) + 60, 64)
    )
    barn = ""
    if "barn" not in stage.scene.names():
        x = frame.w * (0.16 if stage.side > 0 else 0.84)
        barn = place_template(ink, ("buildings", "barn"), (x, stage.horizon + 22, frame.h * 0.24), {})
    return (
        row(stage, ink, line, Row("tree|bush", 8, frame.h * 0.12, 0.25))
        + land(frame, line, ink.paint_of(field, "soft"))
        + furrows
        + barn
    )


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
            f'<path d="M{x - w:.0f} {y:.0f}L{x - w * 0.72:.0f} {y - h:.0f}Q{x:.0f} {y - h * 1.1:.0f} '
            f'{x + w * 0.66:.0f} {y - h * 0.96:.0f}L{x + w:.0f} {y:.0f}Z" '
            f'fill="{_hazy(ink, tone, palette.horizon)}"/>'
            f'<path d="M{x - w * 0.8:.0f} {y - h * 0.62:.0f}L{x + w * 0.76:.0f} {y - h * 0.6:.0f}" '
            f'stroke="{lighter(tone, 0.2)}" stroke-width="7" opacity=".5"/>'
        )
    line = hills(frame, stage.chance("dune"), Ridge(stage.horizon - frame.h * 0.01, frame.h * 0.07, 1.2))
    return mesas + land(frame, line, ink.paint_of(palette.away(palette.ground, 0.35), "soft"))


def desert_plants(stage: Stage, ink: Ink) -> str:
    """Draw a nearer dune with cacti and rocks."""
    frame = stage.frame
    line = _mid_line(stage, "mid", 0.045)
    return row(stage, ink, line, Row("cactus", 6, frame.h * 0.17, 0.14, (0.3, 0.72))) + land(
        frame, line, ink.paint_of(stage.palette.away(stage.palette.ground, 0.16), "soft")
    )
