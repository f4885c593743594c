"""The plush rig: animals that sit and look at us, from a fox to a koala."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediamill_media.image.art.drawing import Drawing
from mediamill_media.image.art.faces import Face, cheeks, eyes, mark_mouth, mouth
from mediamill_media.image.art.plush_marks import BACK_MARKS, BODY_MARKS, EARS, FACE_MARKS, TAILS
from mediamill_media.image.art.wardrobe import Fit, dressed

if TYPE_CHECKING:
    from mediamill_media.image.contract import Look
    from mediamill_media.image.prompt.catalog import Entry

HEAD = (0.0, -178.0)
FIT = Fit(head=HEAD, head_r=70.0, top=-232.0, neck=-124.0, shoulder=44.0, hip=-30.0, eyes=-186.0, gap=30.0)

_BODY = """
<ellipse cx="-46" cy="-12" rx="31" ry="15" fill="@main.dark"/>
<ellipse cx="46" cy="-12" rx="31" ry="15" fill="@main.dark"/>
<path d="M0 -152C46 -152 66 -84 66 -50C66 -14 40 -4 0 -4C-40 -4 -66 -14 -66 -50C-66 -84 -46 -152 0 -152Z"
fill="@main"/>
<path d="M0 -138C30 -138 42 -88 42 -56C42 -22 26 -10 0 -10C-26 -10 -42 -22 -42 -56C-42 -88 -30 -138 0 -138Z"
fill="@belly"/>
<ellipse cx="-46" cy="-14" rx="27" ry="13" fill="@main"/>
<ellipse cx="46" cy="-14" rx="27" ry="13" fill="@main"/>
<ellipse cx="-48" cy="-12" rx="15" ry="8" fill="@belly.flat" opacity=".85"/>
<ellipse cx="48" cy="-12" rx="15" ry="8" fill="@belly.flat" opacity=".85"/>
"""
_ARM_DOWN = """<path d="M{s}44 -112C{s}58 -96 {s}50 -66 {s}32 -54" fill="none" stroke="@main.dark" stroke-width="27"
stroke-linecap="round"/>
<path d="M{s}44 -112C{s}58 -96 {s}50 -66 {s}32 -54" fill="none" stroke="@main.flat" stroke-width="24"
stroke-linecap="round"/>
<circle cx="{s}30" cy="-53" r="12" fill="@belly.flat" opacity=".55"/>"""
_ARM_OUT = """<path d="M44 -112C62 -104 78 -100 88 -92" fill="none" stroke="@main.dark" stroke-width="26"
stroke-linecap="round"/>
<path d="M44 -113C62 -105 78 -101 88 -93" fill="none" stroke="@main.flat" stroke-width="23"
stroke-linecap="round"/>"""
_HEAD = """
<path d="M0 -240C44 -240 74 -212 76 -176C78 -140 42 -118 0 -118C-42 -118 -78 -140 -76 -176C-74 -212 -44 -240 0
-240Z" fill="@main.ball"/>
"""
_MUZZLE = """<ellipse cx="0" cy="-152" rx="31" ry="22" fill="@belly"/>
<path d="M-10 -168Q0 -174 10 -168Q9 -158 0 -156Q-9 -158 -10 -168Z" fill="@ink.flat"/>
<ellipse cx="-3" cy="-167" rx="3.4" ry="1.8" fill="#fff" opacity=".6"/>"""


def plush(entry: Entry, look: Look, *, holding: bool = False) -> Drawing:
    """Draw an animal of the rig with its look; one that holds something stretches an arm out."""
    face = Face(0, FIT.eyes, FIT.gap, 9.6)
    worn = dressed(look, FIT)
    right = _ARM_OUT if holding else _ARM_DOWN.replace("{s}", "")
    parts = (
        worn.behind,
        TAILS[entry.tail],
        BACK_MARKS.get(entry.marks, ""),
        EARS[entry.ears],
        _BODY,
        BODY_MARKS.get(entry.marks, ""),
        worn.body,
        _ARM_DOWN.replace("{s}", "-"),
        right,
        _HEAD,
        FACE_MARKS.get(entry.marks, ""),
        _MUZZLE if entry.marks not in {"snout", "koala"} else "",
        eyes(face, look.expression),
        cheeks(face),
        _smile(entry, look.expression),
        worn.front,
    )
    height = 330.0 if entry.ears == "long" else 262.0
    return Drawing("".join(parts), 190.0, height, look.colors, hand=(90.0, -98.0))


def _smile(entry: Entry, expression: str) -> str:
    if entry.marks == "snout":
        return mouth(0, -136, 18, expression)
    if expression in {"surprised", "laughing", "sad", "angry"}:
        return mouth(0, -147, 20, expression)
    return mark_mouth(0, -148, 26, 0.3) + (
        '<path d="M-13 -149Q-6 -140 0 -148Q6 -140 13 -149" fill="none" stroke="@ink.flat" stroke-width="3" '
        'stroke-linecap="round"/>'
    )
