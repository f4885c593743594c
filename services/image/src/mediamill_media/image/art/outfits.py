"""Outfits: what the body of a person is dressed in; wearing one on top of another changes parts of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediamill_media.image.art.people import Build


class Outfit(NamedTuple):
    """The layers of clothes: legs and feet, the body, what lies over arms, and the sleeves' colour token."""

    legs: str
    body: str
    over: str = ""
    sleeve: str = "@top"


def _legs(build: Build, leg: str, shoe: str) -> str:
    hip = build.hip
    return "".join(
        f'<path d="M{side * 19:g} {hip:g}V-16" stroke="{leg}.dark" stroke-width="30" stroke-linecap="round" '
        'fill="none"/>'
        f'<path d="M{side * 19:g} {hip:g}V-16" stroke="{leg}.flat" stroke-width="26" stroke-linecap="round" '
        'fill="none"/>'
        f'<path d="M{side * 4:g} -2Q{side * 4:g} -24 {side * 20:g} -24Q{side * 42:g} -22 {side * 42:g} -2Z" '
        f'fill="{shoe}"/>'
        for side in (-1, 1)
    )


def _torso(build: Build, flare: float, drop: float) -> str:
    s, y, h, w = build.width, build.shoulder, build.hip + drop, build.width + flare
    return (
        f'<path d="M{-s * 0.6:.0f} {y:.0f}Q0 {y - 10:.0f} {s * 0.6:.0f} {y:.0f}Q{s:.0f} {y + 4:.0f} '
        f"{s + 1:.0f} {y + 24:.0f}"
        f"L{w:.0f} {h:.0f}Q0 {h + 18:.0f} {-w:.0f} {h:.0f}L{-s - 1:.0f} {y + 24:.0f}Q{-s:.0f} {y + 4:.0f} "
        f'{-s * 0.6:.0f} {y:.0f}Z" '
        'fill="{paint}"/>'
    )


def simple_outfit(build: Build, *, skirt: bool) -> Outfit:
    """Dress a body in top and trousers, or in a dress."""
    y, h = build.shoulder, build.hip
    collar = f'<path d="M-16 {y - 3:.0f}Q0 {y + 22:.0f} 16 {y - 3:.0f}" fill="@skin.dark"/>'
    if skirt:
        trim = (
            f'<path d="M{-build.width - 19:.0f} {h + 16:.0f}Q0 {h + 34:.0f} {build.width + 19:.0f} {h + 16:.0f}" '
            'fill="none" stroke="@top.lit" stroke-width="7"/>'
        )
        belt = (
            f'<path d="M{-build.width - 5:.0f} {(y + h) / 2 + 10:.0f}Q0 {(y + h) / 2 + 24:.0f} '
            f'{build.width + 5:.0f} {(y + h) / 2 + 10:.0f}" fill="none" stroke="@top.dark" stroke-width="7"/>'
        )
        return Outfit(
            _legs(build, "@skin", "@shoes"), _torso(build, 22, 24).format(paint="@top") + trim + belt + collar
        )
    stripe = (
        f'<path d="M{-build.width - 1:.0f} {(y + h) / 2 + 8:.0f}Q0 {(y + h) / 2 + 20:.0f} {build.width + 1:.0f} '
        f'{(y + h) / 2 + 8:.0f}" fill="none" stroke="@top.lit" stroke-width="9" opacity=".75"/>'
    )
    return Outfit(_legs(build, "@bottom", "@shoes"), _torso(build, 2, 8).format(paint="@top") + stripe + collar)


def _labcoat(build: Build, under: Outfit) -> Outfit:
    s, y, h = build.width, build.shoulder, build.hip + 34
    coat = "".join(
        f'<path d="M{side * 12:.0f} {y:.0f}L{side * s * 0.66:.0f} {y - 1:.0f}Q{side * s:.0f} {y + 3:.0f} '
        f"{side * (s + 2):.0f} {y + 24:.0f}"
        f"L{side * (s + 13):.0f} {h:.0f}Q{side * s * 0.6:.0f} {h + 10:.0f} {side * 12:.0f} "
        f'{h + 8:.0f}L{side * 5:.0f} {y + 46:.0f}Z" fill="@white"/>'
        f'<path d="M{side * 12:.0f} {y:.0f}L{side * 26:.0f} {y + 28:.0f}L{side * 5:.0f} {y + 46:.0f}Z" '
        'fill="@white.dark" opacity=".45"/>'
        for side in (-1, 1)
    )
    pocket = (
        f'<rect x="15" y="{y + 62:.0f}" width="21" height="17" rx="3" fill="@white.dark" opacity=".4"/>'
        f'<path d="M22 {y + 66:.0f}v-13" stroke="@red.flat" stroke-width="4"/>'
    )
    return under._replace(legs=_legs(build, "@bottom", "@shoes"), body=under.body + coat + pocket, sleeve="@white")


def _spacesuit(build: Build, under: Outfit) -> Outfit:
    y, s = build.shoulder, build.width
    panel = (
        f'<rect x="{-s * 0.62:.0f}" y="{y + 24:.0f}" width="{s * 1.24:.0f}" height="32" rx="7" fill="@steel"/>'
        f'<circle cx="-12" cy="{y + 34:.0f}" r="5" fill="@red.flat"/>'
        f'<circle cx="2" cy="{y + 34:.0f}" r="5" fill="@yellow.flat"/>'
        f'<rect x="-16" y="{y + 44:.0f}" width="32" height="5" rx="2.5" fill="@teal.flat"/>'
    )
    ring = (
        f'<path d="M{-s:.0f} {y + 4:.0f}Q0 {y + 24:.0f} {s:.0f} {y + 4:.0f}" fill="none" stroke="@orange.flat" '
        'stroke-width="8"/>'
    )
    pack = f'<rect x="{-s - 10:.0f}" y="{y - 4:.0f}" width="{2 * s + 20:.0f}" height="70" rx="14" fill="@steel.dark"/>'
    return Outfit(
        pack + _legs(build, "@white", "@steel"),
        _torso(build, 6, 10).format(paint="@white") + panel + ring,
        under.over,
        "@white",
    )


def _armor(build: Build, under: Outfit) -> Outfit:
    y, s, h = build.shoulder, build.width, build.hip
    plate = _torso(build, 5, 8).format(paint="@steel") + (
        f'<path d="M0 {y + 2:.0f}V{h + 14:.0f}" stroke="@steel.dark" stroke-width="3"/>'
        f'<path d="M0 {y + 34:.0f}q-16 -16 -18 -1q2 12 18 22q16 -10 18 -22q-2 -15 -18 1Z" fill="@red"/>'
    )
    shoulders = "".join(
        f'<ellipse cx="{side * s:.0f}" cy="{y + 13:.0f}" rx="19" ry="16" fill="@steel.ball"/>' for side in (-1, 1)
    )
    return Outfit(_legs(build, "@steel", "@steel.dark"), plate, under.over + shoulders, "@steel")


def _overalls(build: Build, under: Outfit) -> Outfit:
    y, s, h = build.shoulder, build.width, build.hip
    bib = (
        f'<path d="M{-s * 0.62:.0f} {y + 32:.0f}H{s * 0.62:.0f}L{s + 2:.0f} {y + 56:.0f}L{s + 3:.0f} '
        f'{h + 8:.0f}Q0 {h + 26:.0f} {-s - 3:.0f} {h + 8:.0f}L{-s - 2:.0f} {y + 56:.0f}Z" fill="@denim"/>'
        f'<path d="M{-s * 0.5:.0f} {y:.0f}V{y + 36:.0f}M{s * 0.5:.0f} {y:.0f}V{y + 36:.0f}" '
        'stroke="@denim.flat" stroke-width="10"/>'
        f'<circle cx="{-s * 0.5:.0f}" cy="{y + 38:.0f}" r="4" fill="@gold.flat"/>'
        f'<circle cx="{s * 0.5:.0f}" cy="{y + 38:.0f}" r="4" fill="@gold.flat"/>'
        f'<rect x="-13" y="{y + 46:.0f}" width="26" height="18" rx="4" fill="@denim.dark" opacity=".5"/>'
    )
    return under._replace(legs=_legs(build, "@denim", "@shoes"), body=under.body + bib)


def _apron(build: Build, under: Outfit) -> Outfit:
    y, s, h = build.shoulder, build.width, build.hip
    apron = (
        f'<path d="M{-s * 0.5:.0f} {y + 20:.0f}H{s * 0.5:.0f}L{s * 0.9:.0f} {y + 52:.0f}L{s * 0.95:.0f} '
        f'{h + 30:.0f}Q0 {h + 42:.0f} {-s * 0.95:.0f} {h + 30:.0f}L{-s * 0.9:.0f} {y + 52:.0f}Z" '
        'fill="@apron"/>'
        f'<path d="M{-s * 0.5:.0f} {y + 24:.0f}L-14 {y:.0f}M{s * 0.5:.0f} {y + 24:.0f}L14 {y:.0f}" '
        'stroke="@apron.dark" stroke-width="5"/>'
    )
    return under._replace(body=under.body + apron)


def _coat(build: Build, under: Outfit) -> Outfit:
    y, h = build.shoulder, build.hip
    buttons = "".join(f'<circle cx="6" cy="{y + 30 + step * 22:.0f}" r="4.4" fill="@gold.flat"/>' for step in range(3))
    coat = (
        _torso(build, 10, 18).format(paint="@top")
        + f'<path d="M0 {y + 12:.0f}V{h + 25:.0f}" stroke="@top.dark" stroke-width="3.4"/>'
    )
    collar = (
        f'<path d="M-24 {y - 5:.0f}Q0 {y + 34:.0f} 24 {y - 5:.0f}Q0 {y + 8:.0f} -24 {y - 5:.0f}Z" fill="@top.lit"/>'
    )
    return under._replace(body=coat + buttons + collar)


OUTFITS: dict[str, Callable[[Build, Outfit], Outfit]] = {
    "labcoat": _labcoat,
    "spacesuit": _spacesuit,
    "armor": _armor,
    "overalls": _overalls,
    "apron": _apron,
    "coat": _coat,
}
