"""Rooms: a wall with a window, a floor, and the furniture that makes it a kitchen, a lab or a library."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from mediamill_media.image.art.colors import darker, lighter, mix
from mediamill_media.image.compose.stage import place_template, rect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mediamill_media.image.art.ink import Ink
    from mediamill_media.image.compose.stage import Stage


class Item(NamedTuple):
    """A piece of furniture: template, place as a share of the width, height share, and how far above the floor line."""

    template: str
    x: float
    height: float
    up: float = 0.0


class Room(NamedTuple):
    """The colours of a room and what stands in it; mirrored when the picture is."""

    wall: str
    floor: str
    items: tuple[Item, ...]


@cache
def rooms() -> Mapping[str, Room]:
    """Give every room by its place."""
    text = files("mediamill_media.image.compose").joinpath("rooms.toml").read_text("utf-8")
    raw = tomllib.loads(text)
    return {
        place: Room(row["wall"], row["floor"], tuple(Item(*item) for item in row["items"]))
        for place, row in raw.items()
    }


def _tone(stage: Stage, color: str) -> str:
    """Give a colour in the light of the lamp in the evening, of the window by day."""
    if stage.palette.dark:
        return mix(mix(color, "#2a2f66", 0.5), "#ffb45e", 0.12)
    return mix(color, stage.palette.tint, stage.palette.dim)


def wall(stage: Stage, ink: Ink) -> str:
    """Draw the wall with its pattern, its skirting board and the window with the sky behind it."""
    room, frame = rooms()[stage.scene.place], stage.frame
    tone = _tone(stage, room.wall)
    x, y, w, h = _window_box(stage)
    hole = f"M{x:.0f} {y:.0f}h{w:.0f}v{h:.0f}h{-w:.0f}Z"
    whole = f"M{frame.left:.0f} {frame.top:.0f}H{frame.right:.0f}V{frame.bottom:.0f}H{frame.left:.0f}Z"
    stripes = "".join(
        (
            f'<rect x="{at:.0f}" y="{frame.top:.0f}" width="30" height="{stage.horizon - frame.top:.0f}" '
            f'fill="{lighter(tone, 0.3)}" opacity=".28"/>'
        )
        for at in range(int(frame.left), int(frame.right), 76)
        if not x - 44 < at < x + w + 14
    )
    board = (
        f'<rect x="{frame.left:.0f}" y="{stage.horizon - 24:.0f}" width="{frame.w + 2 * frame.mx:.0f}" '
        f'height="26" fill="{lighter(tone, 0.5)}"/>'
    )
    return (
        f'<path d="{whole}{hole}" fill="{ink.paint_of(tone, "soft")}" fill-rule="evenodd"/>'
        + stripes
        + board
        + _window(stage, ink, tone)
    )


def _window_box(stage: Stage) -> tuple[float, float, float, float]:
    frame = stage.frame
    w, h = min(frame.w * 0.3, 330), frame.h * 0.36
    x = frame.w * (0.62 if stage.side > 0 else 0.38) - w / 2
    return x, frame.h * 0.11, w, h


def _window(stage: Stage, ink: Ink, tone: str) -> str:
    x, y, w, h = _window_box(stage)
    rim = ink.paint_of(lighter(tone, 0.72), "soft")
    curtain = ink.paint_of(
        _tone(stage, {"lab": "#8fc4d6", "office": "#9db6d0"}.get(stage.scene.place, "#d9756b")), "side"
    )
    bars = (
        f'<path d="M{x + w / 2:.0f} {y:.0f}v{h:.0f}M{x:.0f} {y + h * 0.48:.0f}h{w:.0f}" '
        f'stroke="{lighter(tone, 0.7)}" stroke-width="9"/>'
    )
    box = (
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{w:.0f}" height="{h:.0f}" fill="none" '
        f'stroke="{lighter(tone, 0.7)}" stroke-width="15" rx="4"/>'
    )
    sill = f'<rect x="{x - 22:.0f}" y="{y + h:.0f}" width="{w + 44:.0f}" height="17" rx="5" fill="{rim}"/>'
    rod = f'<rect x="{x - 46:.0f}" y="{y - 24:.0f}" width="{w + 92:.0f}" height="9" rx="4" fill="{darker(tone, 0.5)}"/>'
    drapes = "".join(
        (
            f'<path d="M{a:.0f} {y - 18:.0f}h{s * 74:.0f}q{-s * 8:.0f} {h * 0.5:.0f} {-s * 46:.0f} '
            f'{h * 0.66:.0f}q{s * 10:.0f} {h * 0.2:.0f} {s * 2:.0f} {h * 0.5:.0f}h{-s * 34:.0f}Z" '
            f'fill="{curtain}"/>'
        )
        for a, s in ((x - 40, 1), (x + w + 40, -1))
    )
    return bars + box + sill + rod + drapes


def furniture(stage: Stage, ink: Ink) -> str:
    """Draw the furniture along the wall."""
    frame = stage.frame
    parts = []
    for item in rooms()[stage.scene.place].items:
        if item.template in stage.scene.names():
            continue
        x = frame.w * (item.x if stage.side > 0 else 1 - item.x)
        if frame.tall and 0.2 < item.x < 0.85:
            continue
        tall = min(frame.h, frame.w * 1.1)
        y = stage.horizon + 8 - item.up * tall
        parts.append(place_template(ink, ("objects", item.template), (x, y, tall * item.height), {}))
    return "".join(parts)


def floor(stage: Stage, ink: Ink) -> str:
    """Draw the floor boards, a rug under the cast, and the light that falls in through the window."""
    frame = stage.frame
    tone = _tone(stage, rooms()[stage.scene.place].floor)
    middle = frame.w / 2
    boards = "".join(
        (
            f'<path d="M{middle + (x - middle) * 0.6:.0f} {stage.horizon:.0f}L{x:.0f} {frame.bottom:.0f}" '
            f'stroke="{darker(tone, 0.18)}" stroke-width="3" opacity=".6"/>'
        )
        for x in range(int(frame.left) - 400, int(frame.right) + 420, 110)
    )
    rug = _tone(stage, {"lab": "#b5c7d1", "kitchen": "#e8a27e", "office": "#7f93b5"}.get(stage.scene.place, "#c96f6a"))
    y = frame.h * 0.87
    carpet = (
        f'<ellipse cx="{middle:.0f}" cy="{y:.0f}" rx="{frame.w * 0.4:.0f}" ry="{frame.h * 0.085:.0f}" '
        f'fill="{ink.paint_of(rug, "soft")}"/>'
        f'<ellipse cx="{middle:.0f}" cy="{y:.0f}" rx="{frame.w * 0.365:.0f}" ry="{frame.h * 0.071:.0f}" '
        f'fill="none" stroke="{lighter(rug, 0.5)}" stroke-width="5" opacity=".7"/>'
    )
    x, _, w, _ = _window_box(stage)
    lean = -stage.side * 130
    beam = (
        f'<path d="M{x:.0f} {stage.horizon + 14:.0f}h{w:.0f}l{lean + 40:.0f} {frame.h * 0.24:.0f}h{-w - 80:.0f}Z" '
        f'fill="{stage.palette.light}" opacity="{0.1 if stage.palette.dark else 0.24}"/>'
    )
    return rect(frame, stage.horizon, ink.paint_of(tone, "soft")) + boards + carpet + beam
