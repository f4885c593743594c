"""The person rig: children and adults, their clothes by role, and their hair."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mediamill_media.image.art.drawing import Drawing
from mediamill_media.image.art.faces import OPEN_MOUTH, Face, cheeks, eyes, mark_mouth, mouth
from mediamill_media.image.art.hair import BEARD, HAIR_BACK, HAIR_FRONT
from mediamill_media.image.art.outfits import OUTFITS, Outfit, simple_outfit
from mediamill_media.image.art.wardrobe import Fit, dressed

if TYPE_CHECKING:
    from mediamill_media.image.contract import Look
    from mediamill_media.image.prompt.catalog import Entry


class Build(NamedTuple):
    """The proportions of a body: where the hips, the shoulders and the head are, and how big the head is."""

    hip: float
    shoulder: float
    head: float
    head_r: float
    width: float


BUILDS = {
    "child": Build(hip=-74, shoulder=-140, head=-204, head_r=62, width=38),
    "adult": Build(hip=-112, shoulder=-204, head=-264, head_r=54, width=43),
}

_HEAD = """<g transform="translate(0 {y})"><rect x="-13" y="38" width="26" height="34" rx="12" fill="@skin.dark"/>
<circle cx="-59" cy="8" r="11" fill="@skin.flat"/><circle cx="59" cy="8" r="11" fill="@skin.flat"/>
<path d="M0 -60C40 -60 61 -34 61 0C61 40 32 58 0 58C-32 58 -61 40 -61 0C-61 -34 -40 -60 0 -60Z"
fill="@skin.ball"/></g>"""


def person(entry: Entry, look: Look, pose: str = "rest") -> Drawing:
    """Draw a person with its look in a pose: rest, hold, wave, fly (a hand up) or ride."""
    build = BUILDS[entry.build]
    fit = _fit(build)
    worn = dressed(look, fit)
    outfit = _outfit(look, build, dress=entry.dress)
    hand, arms = _arms(build, pose, outfit)
    parts = (
        worn.behind,
        _at_head(build, HAIR_BACK.get(look.hair, "")),
        arms.behind,
        outfit.legs,
        outfit.body,
        worn.body,
        arms.front,
        outfit.over,
        _head(build, look),
        worn.front,
    )
    return Drawing("".join(parts), 190.0, -build.head + build.head_r * 1.12, look.colors, hand=hand)


def _fit(build: Build) -> Fit:
    scale = build.head_r / 60
    return Fit(
        head=(0, build.head),
        head_r=build.head_r,
        top=build.head - 54 * scale,
        neck=build.shoulder - 2,
        shoulder=build.width,
        hip=build.hip + 30,
        eyes=build.head + 6 * scale,
        gap=24 * scale,
    )


def _outfit(look: Look, build: Build, *, dress: bool) -> Outfit:
    plain = simple_outfit(build, skirt=dress or any(wear.name == "dress" for wear in look.wears))
    for wear in look.wears:
        if wear.name in OUTFITS:
            plain = OUTFITS[wear.name](build, plain)
    return plain


def _at_head(build: Build, body: str) -> str:
    return f'<g transform="translate(0 {build.head:g}) scale({build.head_r / 60:.3f})">{body}</g>'


def _head(build: Build, look: Look) -> str:
    face = Face(0, 8, 24, 7.4)
    names = {wear.name for wear in look.wears}
    inner = (
        _HEAD.format(y=0)
        + eyes(face, look.expression)
        + cheeks(face, 1.5)
        + (
            '<path d="M-4 21Q0 25 4 21" fill="none" stroke="@skin.deep" stroke-width="2.6" '
            'stroke-linecap="round" opacity=".6"/>'
        )
        + mouth(0, 32, 22, look.expression)
        + (BEARD + mark_mouth(0, 42, 18, 0.88, line=OPEN_MOUTH) if "beard" in names else "")
        + HAIR_FRONT.get(look.hair, "")
    )
    if "spacesuit" in names:
        inner = (
            '<circle r="79" fill="@white.ball"/><circle r="66" fill="#9fd0ea"/>'
            + inner
            + '<circle r="67" fill="#bfe8ff" fill-opacity=".16" stroke="@white.dark" stroke-width="5"/>'
            '<path d="M-48 -26C-40 -44 -26 -52 -12 -55" fill="none" stroke="#fff" stroke-width="7" '
            'stroke-linecap="round" opacity=".85"/>'
        )
    if "armor" in names:
        inner += (
            '<path d="M-64 10C-68 -44 -36 -70 0 -70C36 -70 68 -44 64 10L50 14C50 -14 40 -24 0 -24C-40 -24 '
            '-50 -14 -50 14Z" fill="@steel"/>'
            '<path d="M-4 -68H4V-26H-4Z" fill="@steel.dark"/>'
            '<path d="M0 -68C-6 -96 20 -108 44 -98C32 -92 20 -80 8 -68Z" fill="@red"/>'
        )
    return _at_head(build, inner)


class _Arms(NamedTuple):
    behind: str
    front: str


def _arm(points: str, hand: tuple[float, float]) -> str:
    return (
        f'<path d="{points}" fill="none" stroke="@sleeve.dark" stroke-width="23.6" stroke-linecap="round" '
        'stroke-linejoin="round"/>'
        f'<path d="{points}" fill="none" stroke="@sleeve.flat" stroke-width="21" stroke-linecap="round" '
        'stroke-linejoin="round"/>'
        f'<circle cx="{hand[0]:g}" cy="{hand[1]:g}" r="12.5" fill="@skin.ball"/>'
    )


def _arms(build: Build, pose: str, outfit: Outfit) -> tuple[tuple[float, float], _Arms]:
    """Draw both arms; give the right hand's place, where things are held."""
    x, y, long = build.width - 4, build.shoulder + 16, build.hip - build.shoulder
    left = _arm(
        f"M{-x:g} {y:g}Q{-x - 20:g} {y + long * 0.4:g} {-x - 20:g} {y + long * 0.66:g}", (-x - 20, y + long * 0.66 + 9)
    )
    reach = {
        "rest": (
            f"M{x:g} {y:g}Q{x + 20:g} {y + long * 0.4:g} {x + 20:g} {y + long * 0.66:g}",
            (x + 20, y + long * 0.66 + 9),
        ),
        "hold": (f"M{x:g} {y:g}Q{x + 16:g} {y + long * 0.55:g} {x + 38:g} {y + 22:g}", (x + 46, y + 18)),
        "wave": (f"M{x:g} {y:g}Q{x + 36:g} {y + 14:g} {x + 44:g} {y - 42:g}", (x + 46, y - 54)),
        "fly": (f"M{x:g} {y:g}Q{x + 34:g} {y + 8:g} {x + 46:g} {y - 30:g}", (x + 50, y - 40)),
        "ride": (f"M{x:g} {y:g}Q{x + 12:g} {y + 36:g} {x + 34:g} {y + 42:g}", (x + 42, y + 44)),
    }
    points, hand = reach[pose]
    right = _arm(points, hand)
    paint = outfit.sleeve
    return hand, _Arms(left.replace("@sleeve", paint), right.replace("@sleeve", paint))
