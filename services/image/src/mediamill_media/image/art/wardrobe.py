"""Clothes and accessories, cut to whoever wears them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mediamill_media.image.art.hats import HATS

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediamill_media.image.contract import Look


class Fit(NamedTuple):
    """The measures of a wearer, in its own units."""

    head: tuple[float, float]
    head_r: float
    top: float
    neck: float
    shoulder: float
    hip: float
    eyes: float
    gap: float


class Worn(NamedTuple):
    """What lies behind the wearer, on its body, and in front of everything."""

    behind: str = ""
    body: str = ""
    front: str = ""


def dressed(look: Look, fit: Fit) -> Worn:
    """Draw all that a look wears and that this wardrobe has; clothes of the rigs themselves are not here."""
    pieces = [PIECES[wear.name](fit, wear.color) for wear in look.wears if wear.name in PIECES]
    return Worn("".join(p.behind for p in pieces), "".join(p.body for p in pieces), "".join(p.front for p in pieces))


def _colored(body: str, color: str) -> str:
    """Resolve the piece's own colour; a wearer's colours must not repaint it."""
    return body.replace("@wear", f"@{{{color}}}")


def _scarf(fit: Fit, color: str) -> Worn:
    s, y = fit.shoulder, fit.neck
    front = (
        f'<path d="M{s * 0.3:.0f} {y + 4:.0f}L{s * 0.72:.0f} {y + 56:.0f}Q{s * 0.5:.0f} {y + 66:.0f} '
        f"{s * 0.22:.0f} {y + 60:.0f}"
        f'L{s * 0.02:.0f} {y + 8:.0f}Z" fill="@wear"/>'
        f'<path d="M{-s * 1.06:.0f} {y - 8:.0f}Q0 {y + 26:.0f} {s * 1.06:.0f} {y - 8:.0f}Q{s * 1.2:.0f} '
        f"{y + 10:.0f} {s:.0f} {y + 17:.0f}"
        f'Q0 {y + 44:.0f} {-s:.0f} {y + 17:.0f}Q{-s * 1.2:.0f} {y + 10:.0f} {-s * 1.06:.0f} {y - 8:.0f}Z" '
        'fill="@wear"/>'
        f'<path d="M{-s * 0.5:.0f} {y + 8:.0f}L{-s * 0.46:.0f} {y + 24:.0f}M{s * 0.1:.0f} {y + 12:.0f}V{y + 28:.0f}'
        f'M{s * 0.32:.0f} {y + 46:.0f}L{s * 0.66:.0f} {y + 42:.0f}" stroke="@wear.lit" stroke-width="4" opacity=".7"/>'
    )
    return Worn(front=_colored(front, color))


def _cape(fit: Fit, color: str) -> Worn:
    s, y, h = fit.shoulder, fit.neck, fit.hip
    behind = (
        f'<path d="M{-s * 0.8:.0f} {y:.0f}C{-s * 1.9:.0f} {h - 20:.0f} {-s * 2.3:.0f} {h + 14:.0f} '
        f"{-s * 2.1:.0f} {h + 24:.0f}"
        f"Q{-s:.0f} {h + 10:.0f} 0 {h + 20:.0f}Q{s:.0f} {h + 10:.0f} {s * 2.1:.0f} {h + 24:.0f}"
        f'C{s * 2.3:.0f} {h + 14:.0f} {s * 1.9:.0f} {h - 20:.0f} {s * 0.8:.0f} {y:.0f}Z" fill="@wear"/>'
    )
    front = (
        f'<path d="M{-s * 0.86:.0f} {y - 2:.0f}Q0 {y + 24:.0f} {s * 0.86:.0f} {y - 2:.0f}L{s * 0.8:.0f} {y + 12:.0f}'
        f'Q0 {y + 34:.0f} {-s * 0.8:.0f} {y + 12:.0f}Z" fill="@wear.dark"/>'
        f'<circle cx="0" cy="{y + 19:.0f}" r="7" fill="@gold.ball"/>'
    )
    return Worn(behind=_colored(behind, color), front=_colored(front, color))


def _backpack(fit: Fit, color: str) -> Worn:
    s, y, h = fit.shoulder, fit.neck, fit.hip
    behind = (
        f'<rect x="{-s * 1.5:.0f}" y="{y + 4:.0f}" width="{s * 3:.0f}" height="{(h - y) * 0.82:.0f}" '
        f'rx="{s * 0.6:.0f}" fill="@wear"/>'
    )
    straps = "".join(
        f'<path d="M{side * s * 0.62:.0f} {y + 6:.0f}Q{side * s * 0.78:.0f} {y + 40:.0f} {side * s * 0.7:.0f} '
        f'{y + (h - y) * 0.6:.0f}" '
        'fill="none" stroke="@wear.dark" stroke-width="9"/>'
        for side in (-1, 1)
    )
    return Worn(behind=_colored(behind, color), body=_colored(straps, color))


def _glasses(fit: Fit, color: str) -> Worn:
    r, y = fit.gap * 0.72, fit.eyes
    lenses = "".join(
        (
            f'<circle cx="{side * fit.gap:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="#fff" fill-opacity=".16" '
            'stroke="@wear.dark" stroke-width="4"/>'
        )
        for side in (-1, 1)
    )
    bridge = (
        f'<path d="M{-fit.gap + r:.1f} {y:.1f}Q0 {y - 6:.1f} {fit.gap - r:.1f} {y:.1f}" fill="none" '
        'stroke="@wear.dark" stroke-width="4"/>'
    )
    return Worn(front=_colored(lenses + bridge, color))


def _goggles(fit: Fit, color: str) -> Worn:
    r, y = fit.gap * 0.7, fit.head[1] - fit.head_r * 0.56
    band = (
        f'<path d="M{-fit.head_r * 0.94:.0f} {y + 6:.0f}Q0 {y - 18:.0f} {fit.head_r * 0.94:.0f} {y + 6:.0f}" '
        'fill="none" stroke="@wear.deep" stroke-width="9"/>'
    )
    lenses = "".join(
        f'<circle cx="{side * r * 1.05:.1f}" cy="{y - 4:.1f}" r="{r:.1f}" fill="@glass.ball" '
        'stroke="@wear.dark" stroke-width="6"/>'
        f'<path d="M{side * r * 1.05 - r * 0.4:.1f} {y - 8:.1f}q4 -8 10 -9" fill="none" stroke="#fff" '
        'stroke-width="3" opacity=".8"/>'
        for side in (-1, 1)
    )
    return Worn(front=_colored(band + lenses, color))


def _bow(fit: Fit, color: str) -> Worn:
    x, y = fit.head_r * 0.62, fit.top + fit.head_r * 0.2
    bow = (
        f'<g transform="translate({x:.0f} {y:.0f}) rotate(24)">'
        '<path d="M0 0C-12 -22 -36 -22 -34 0C-36 22 -12 22 0 0Z" fill="@wear"/>'
        '<path d="M0 0C12 -22 36 -22 34 0C36 22 12 22 0 0Z" fill="@wear"/><circle r="9" fill="@wear.lit"/></g>'
    )
    return Worn(front=_colored(bow, color))


def _tie(fit: Fit, color: str) -> Worn:
    y = fit.neck + 8
    bow = (
        f'<g transform="translate(0 {y:.0f})"><path d="M0 0L-24 -12V13ZM0 0L24 -12V13Z" fill="@wear" '
        'stroke="@wear.dark" stroke-width="2" stroke-linejoin="round"/><circle r="6" fill="@wear.dark"/></g>'
    )
    return Worn(front=_colored(bow, color))


def _mask(fit: Fit, color: str) -> Worn:
    y, w = fit.eyes, fit.gap * 2.1
    band = (
        f'<path d="M{-w:.0f} {y - 12:.0f}Q0 {y - 26:.0f} {w:.0f} {y - 12:.0f}V{y + 10:.0f}Q{fit.gap:.0f} '
        f'{y + 24:.0f} 0 {y + 8:.0f}Q{-fit.gap:.0f} {y + 24:.0f} {-w:.0f} {y + 10:.0f}Z" fill="@wear.dark" '
        'opacity=".32"/>'
    )
    return Worn(front=_colored(band, color))


def _freckles(fit: Fit, color: str) -> Worn:
    y = fit.eyes + fit.gap * 0.62
    dots = "".join(
        f'<circle cx="{side * fit.gap * at:.1f}" cy="{y + drop:.1f}" r="2" fill="#b06a44" opacity=".7"/>'
        for side in (-1, 1)
        for at, drop in ((0.8, 0), (1.1, 3), (1.4, -1))
    )
    return Worn(front=dots)


def _stethoscope(fit: Fit, color: str) -> Worn:
    s, y = fit.shoulder, fit.neck
    tube = (
        f'<path d="M{-s * 0.5:.0f} {y + 2:.0f}Q{-s * 0.5:.0f} {y + 52:.0f} 0 {y + 54:.0f}Q{s * 0.5:.0f} '
        f"{y + 52:.0f} {s * 0.5:.0f} {y + 2:.0f}"
        f'M0 {y + 54:.0f}V{y + 72:.0f}" fill="none" stroke="@navy.flat" stroke-width="5"/>'
        f'<circle cx="0" cy="{y + 78:.0f}" r="9" fill="@steel.ball"/>'
    )
    return Worn(front=_colored(tube, color))


def _hat(name: str) -> Callable[[Fit, str], Worn]:
    def put_on(fit: Fit, color: str) -> Worn:
        scale = fit.head_r / 60
        place = f'<g transform="translate({fit.head[0]:.1f} {fit.top:.1f}) scale({scale:.3f})">{HATS[name]}</g>'
        return Worn(front=_colored(place, color))

    return put_on


PIECES: dict[str, Callable[[Fit, str], Worn]] = {
    "scarf": _scarf,
    "shawl": _scarf,
    "cape": _cape,
    "backpack": _backpack,
    "glasses": _glasses,
    "goggles": _goggles,
    "bow": _bow,
    "tie": _tie,
    "mask": _mask,
    "freckles": _freckles,
    "stethoscope": _stethoscope,
    **{name: _hat(name) for name in HATS},
}
