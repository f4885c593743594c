"""Kites and balloons in the air, and the strings that lead to the hands that fly them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediamill_media.image.compose.figure import draw, prop_look

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediamill_media.image.art.ink import Ink
    from mediamill_media.image.compose.cast import Spot
    from mediamill_media.image.compose.stage import Stage


def strings(spots: list[Spot]) -> Callable[[Stage, Ink], str]:
    """Give the part that draws what the figures fly."""
    fliers = [spot for spot in spots if spot.member.subject.flies is not None and spot.member.place == 0]
    return lambda stage, ink: "".join(_flown(stage, ink, spot) for spot in fliers)


def _flown(stage: Stage, ink: Ink, spot: Spot) -> str:
    flown = spot.member.subject.flies
    if flown is None:
        return ""
    frame = stage.frame
    figure = draw(spot.member.subject, spot.member.look, ink)
    scale = spot.height / figure.height
    hand = figure.hand or (0.0, -figure.height * 0.6)
    turn = -1 if spot.flip else 1
    x0, y0 = spot.x + turn * hand[0] * scale, spot.y + hand[1] * scale
    x1 = min(max(x0 + turn * frame.w * 0.13, frame.w * 0.14), frame.w * 0.86)
    y1 = max(frame.h * 0.17, y0 - frame.h * 0.42)
    look = prop_look(flown)
    thing = draw(flown, look, ink)
    size = frame.h * 0.26 / thing.height
    string = (
        f'<path d="M{x0:.0f} {y0:.0f}Q{(x0 + x1) / 2:.0f} {(y0 + y1) / 2 + frame.h * 0.09:.0f} {x1:.0f} {y1:.0f}" '
        'fill="none" stroke="#fff8ea" stroke-width="2.4" opacity=".9"/>'
    )
    lean = -18 if x1 > x0 else 18
    kite = (
        f'<g transform="translate({x1:.0f} {y1:.0f}) rotate({lean}) scale({size * (1 if x1 > x0 else -1):.3f} '
        f'{size:.3f}) translate(0 {thing.height * 0.6:.0f})">{thing.body}</g>'
    )
    return string + kite
