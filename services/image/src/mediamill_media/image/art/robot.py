"""The robot rig: a round screen face, an antenna that glows, and a heart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediamill_media.image.art.drawing import Drawing
from mediamill_media.image.art.faces import mark_eye, mark_mouth
from mediamill_media.image.art.wardrobe import Fit, dressed

if TYPE_CHECKING:
    from mediamill_media.image.contract import Look

FIT = Fit(head=(0, -196), head_r=66, top=-244, neck=-132, shoulder=42, hip=-44, eyes=-192, gap=26)

_BEHIND = """
<path d="M0 -250V-282" stroke="@main.deep" stroke-width="6"/><circle cx="0" cy="-288" r="34" fill="@glow.halo"/>
<circle cx="0" cy="-288" r="12" fill="@bulb.ball"/>
<rect x="-88" y="-216" width="26" height="44" rx="13" fill="@main.dark"/>
<rect x="62" y="-216" width="26" height="44" rx="13" fill="@main.dark"/>
"""
_BODY = """
<path d="M-21 -52V-22M21 -52V-22" stroke="@main.deep" stroke-width="21"/>
<path d="M-46 -2Q-46 -30 -22 -30Q0 -30 0 -2Z" fill="@main.dark"/>
<path d="M46 -2Q46 -30 22 -30Q0 -30 0 -2Z" fill="@main.dark"/>
<rect x="-15" y="-148" width="30" height="26" rx="6" fill="@main.deep"/>
<path d="M-36 -136H36Q54 -136 54 -114L50 -62Q48 -42 28 -42H-28Q-48 -42 -50 -62L-54 -114Q-54 -136 -36 -136Z"
fill="@main"/>
<rect x="-31" y="-118" width="62" height="50" rx="13" fill="@white"/>
<path d="M0 -76C-25 -92 -20 -110 -9 -109C-3 -109 0 -103 0 -100C0 -103 3 -109 9 -109C20 -110 25 -92 0 -76Z"
fill="@heart"/>
<path d="M-42 -128Q-24 -132 -8 -132" fill="none" stroke="#fff" stroke-width="5" stroke-linecap="round"
opacity=".5"/>
"""
_HEAD = """
<rect x="-74" y="-250" width="148" height="108" rx="44" fill="@main"/>
<rect x="-58" y="-236" width="116" height="80" rx="32" fill="@screen"/>
<path d="M-44 -214C-40 -224 -30 -230 -18 -231" fill="none" stroke="#fff" stroke-width="6"
stroke-linecap="round" opacity=".35"/>
<path d="M-54 -242Q-30 -248 0 -248" fill="none" stroke="#fff" stroke-width="6" stroke-linecap="round"
opacity=".45"/>
"""
_ARM = """<path d="{d}" fill="none" stroke="@main.deep" stroke-width="20" stroke-linecap="round"/>
<path d="{d}" fill="none" stroke="@main.dark" stroke-width="14" stroke-linecap="round"/>
<circle cx="{x}" cy="{y}" r="16" fill="@main.ball"/>"""
_LEFT = ("M-50 -112Q-84 -98 -82 -70", -82, -62)
_RIGHT = {
    "rest": ("M50 -112Q84 -98 82 -70", 82, -62),
    "hold": ("M50 -112Q72 -84 92 -100", 98, -106),
    "wave": ("M50 -112Q88 -112 94 -152", 96, -166),
    "fly": ("M50 -112Q86 -116 94 -152", 96, -164),
    "ride": ("M50 -112Q70 -86 90 -84", 96, -82),
}
_SCREEN_EYE = (
    '<ellipse cx="{x}" cy="-198" rx="{rx}" ry="{ry}" fill="@eyes"/>'
    '<circle cx="{hx}" cy="-204" r="4" fill="#fff" opacity=".9"/>'
)
_SCREEN_BENDS = {"surprised": 0.0, "sad": -0.46, "laughing": 0.2, "angry": 0.0}
_SCREEN_MOUTH = {
    "happy": (
        '<path d="M-13 -177Q0 -164 13 -177" fill="none" stroke="@eyes.flat" stroke-width="5" stroke-linecap="round"/>'
    ),
    "surprised": '<circle cx="0" cy="-174" r="7" fill="@eyes.flat"/>',
    "sad": (
        '<path d="M-13 -169Q0 -181 13 -169" fill="none" stroke="@eyes.flat" stroke-width="5" stroke-linecap="round"/>'
    ),
    "laughing": '<path d="M-15 -180H15Q12 -163 0 -163T-15 -180Z" fill="@eyes.flat"/>',
    "angry": '<path d="M-13 -171H13" fill="none" stroke="@eyes.flat" stroke-width="5" stroke-linecap="round"/>',
}


def robot(look: Look, pose: str = "rest") -> Drawing:
    """Draw a robot with its look in a pose of the person rig."""
    worn = dressed(look, FIT)
    right = _RIGHT[pose]
    parts = (
        worn.behind,
        _BEHIND,
        _ARM.format(d=_LEFT[0], x=_LEFT[1], y=_LEFT[2]),
        _BODY,
        worn.body,
        _ARM.format(d=right[0], x=right[1], y=right[2]),
        _HEAD,
        _face(look.expression),
        worn.front,
    )
    return Drawing("".join(parts), 200.0, 300.0, look.colors, hand=(float(right[1]), float(right[2])))


def _face(expression: str) -> str:
    bend = _SCREEN_BENDS.get(expression, 0.5)
    return _screen(expression) + mark_mouth(0, -177, 26, bend, line="@eyes.flat", fill="@eyes.deep")


def _screen(expression: str) -> str:
    if expression in {"sleepy", "laughing"}:
        bend = 10 if expression == "sleepy" else -12
        lids = "".join(
            (
                f'<path d="M{x - 12} -196q12 {bend} 24 0" fill="none" stroke="@eyes.flat" stroke-width="6" '
                'stroke-linecap="round"/>'
            )
            for x in (-26, 26)
        )
        return lids + _SCREEN_MOUTH["laughing" if expression == "laughing" else "happy"]
    rx, ry = (13, 17) if expression in {"surprised", "curious"} else (11, 14)
    lit = "".join(mark_eye(x, -198, rx) + _SCREEN_EYE.format(x=x, rx=rx, ry=ry, hx=x - 3) for x in (-26, 26))
    blush = (
        '<circle cx="-45" cy="-180" r="7" fill="@pink.flat" opacity=".7"/>'
        '<circle cx="45" cy="-180" r="7" fill="@pink.flat" opacity=".7"/>'
    )
    return lit + blush + _SCREEN_MOUTH.get(expression, _SCREEN_MOUTH["happy"])
