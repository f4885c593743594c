"""What tells the plush animals apart: ears, tails and markings."""

from __future__ import annotations


def _both(left: str) -> str:
    """Mirror a part to the other side."""
    return left + f'<g transform="scale(-1 1)">{left}</g>'


EARS = {
    "pointy": _both(
        '<path d="M-70 -196C-84 -238 -84 -270 -72 -274C-56 -276 -28 -250 -20 -232Z" fill="@main"/>'
        '<path d="M-64 -204C-72 -236 -72 -256 -66 -258C-56 -258 -40 -240 -34 -230Z" fill="@tip.flat" opacity=".75"/>'
    ),
    "round": _both(
        '<circle cx="-54" cy="-228" r="26" fill="@main.ball"/>'
        '<circle cx="-54" cy="-226" r="15" fill="@belly.dark" opacity=".8"/>'
    ),
    "dish": _both(
        '<circle cx="-62" cy="-230" r="38" fill="@main.ball"/><circle cx="-61" cy="-228" r="26" fill="@tip"/>'
    ),
    "side": _both(
        '<circle cx="-78" cy="-190" r="27" fill="@main.ball"/><circle cx="-78" cy="-188" r="16" fill="@tip"/>'
    ),
    "floppy": "",
    "flop": _both(
        '<path d="M-66 -200C-84 -236 -72 -262 -58 -254C-40 -248 -24 -236 -22 -226Z" fill="@main"/>'
        '<path d="M-58 -232C-66 -214 -74 -206 -80 -206C-86 -226 -76 -252 -60 -252Z" fill="@tip"/>'
    ),
    "long": _both(
        '<path d="M-46 -216C-62 -262 -58 -326 -36 -328C-14 -328 -12 -270 -16 -222Z" fill="@main"/>'
        '<path d="M-40 -226C-50 -262 -46 -306 -36 -308C-26 -306 -24 -264 -26 -228Z" fill="@tip"/>'
    ),
}

TAILS = {
    "none": "",
    "bushy": (
        '<path d="M52 -22C106 -18 128 -66 112 -112C108 -128 92 -132 86 -118C80 -92 70 -60 46 -44Z" fill="@main"/>'
        '<path d="M116 -94C118 -122 104 -136 92 -128C84 -120 86 -104 84 -96C94 -88 108 -86 116 -94Z" fill="@belly"/>'
    ),
    "curl": (
        '<path d="M54 -24C98 -18 112 -52 98 -80C90 -98 104 -112 116 -104" fill="none" stroke="@main.dark" '
        'stroke-width="21" stroke-linecap="round"/>'
        '<path d="M54 -24C98 -18 112 -52 98 -80C90 -98 104 -112 116 -104" fill="none" stroke="@main.flat" '
        'stroke-width="16" stroke-linecap="round"/>'
        '<path d="M99 -94C102 -104 108 -108 116 -104" fill="none" stroke="@tip.flat" stroke-width="16" '
        'stroke-linecap="round"/>'
    ),
    "wag": (
        '<path d="M54 -28C84 -34 96 -54 98 -78" fill="none" stroke="@main.dark" stroke-width="20" '
        'stroke-linecap="round"/>'
        '<path d="M54 -28C84 -34 96 -54 98 -78" fill="none" stroke="@main.flat" stroke-width="15" '
        'stroke-linecap="round"/>'
    ),
    "puff": '<circle cx="66" cy="-28" r="21" fill="@belly.ball"/>',
    "tuft": (
        '<path d="M54 -26C96 -20 104 -54 104 -84" fill="none" stroke="@main.dark" stroke-width="11" '
        'stroke-linecap="round"/>'
        '<path d="M104 -118C118 -104 120 -84 104 -76C90 -84 90 -104 104 -118Z" fill="@tip"/>'
    ),
    "thin": (
        '<path d="M52 -20C98 -8 112 -40 96 -62C88 -78 104 -90 116 -84" fill="none" stroke="@tip.flat" stroke-width="7" '
        'stroke-linecap="round"/>'
    ),
    "ringed": (
        '<path d="M52 -22C106 -18 126 -66 110 -112C106 -126 92 -128 86 -116C80 -92 70 -60 46 -44Z" fill="@main"/>'
        '<path d="M70 -34Q86 -40 92 -24M86 -56Q104 -56 112 -44M90 -82Q106 -84 118 -76M88 -106Q98 -112 110 -110" '
        'fill="none" stroke="@tip.flat" stroke-width="12"/>'
    ),
    "plume": (
        '<path d="M44 -18C110 -6 122 -78 96 -118C86 -150 116 -160 130 -140C140 -180 92 -204 70 -166C52 -130 '
        '76 -90 40 -54Z" '
        'fill="@main"/><path d="M62 -34C96 -40 100 -86 84 -118C78 -136 84 -152 96 -158" fill="none" '
        'stroke="@belly.flat" '
        'stroke-width="8" stroke-linecap="round" opacity=".5"/>'
    ),
}

BACK_MARKS = {
    "mane": "".join(
        f'<circle cx="{x}" cy="{y}" r="38" fill="@tip.ball"/>'
        for x, y in (
            (0, -246),
            (-52, -232),
            (52, -232),
            (-84, -190),
            (84, -190),
            (-76, -144),
            (76, -144),
            (-40, -112),
            (40, -112),
            (0, -104),
        )
    ),
}

BODY_MARKS = {
    "tabby": _both(
        '<path d="M-66 -62Q-54 -62 -48 -54M-64 -84Q-54 -82 -48 -74" fill="none" stroke="@tip.flat" stroke-width="7" '
        'stroke-linecap="round"/>'
    ),
    "panda": _both('<path d="M-30 -146C-62 -128 -66 -96 -58 -92C-40 -96 -26 -120 -20 -146Z" fill="@tip"/>'),
    "snout": "",
}

FACE_MARKS = {
    "mask": _both(
        '<path d="M-75 -172C-90 -156 -84 -142 -92 -134C-66 -118 -30 -114 -4 -120C-8 -146 -20 -160 -38 '
        '-164C-52 -168 -64 -174 -75 -172Z" '
        'fill="@belly"/>'
    ),
    "tabby": (
        (
            '<path d="M0 -236V-214M-17 -234L-13 -216M17 -234L13 -216" stroke="@tip.flat" stroke-width="7" '
            'stroke-linecap="round"/>'
        )
        + _both(
            '<path d="M-74 -178Q-64 -176 -57 -171M-73 -160Q-64 -161 -57 -159" fill="none" stroke="@tip.flat" '
            'stroke-width="6" '
            'stroke-linecap="round"/>'
        )
    ),
    "patch": (
        '<ellipse cx="31" cy="-190" rx="26" ry="29" fill="@tip.flat" opacity=".8"/>'
        + _both(
            '<path d="M-50 -226C-84 -238 -98 -196 -92 -166C-86 -146 -66 -150 -62 -170C-60 -194 -56 -212 -44 '
            '-222Z" fill="@tip"/>'
        )
    ),
    "panda": (
        '<path d="M0 0"/>'
        + _both(
            '<ellipse cx="-31" cy="-184" rx="20" ry="25" fill="@tip.flat" transform="rotate(24 -31 -184)"/>'
            '<circle cx="-54" cy="-232" r="24" fill="@tip.ball"/>'
            '<circle cx="-30" cy="-186" r="12.5" fill="@white.flat"/>'
        )
    ),
    "bandit": _both(
        '<path d="M-4 -200C-30 -212 -66 -200 -78 -166C-60 -158 -30 -158 -4 -176Z" fill="@tip"/>'
        '<circle cx="-30" cy="-186" r="14" fill="@white.flat"/>'
    ),
    "snout": (
        '<ellipse cx="0" cy="-158" rx="27" ry="19" fill="@tip"/>'
        '<ellipse cx="-9" cy="-158" rx="4.5" ry="6.5" fill="@tip.deep"/>'
        '<ellipse cx="9" cy="-158" rx="4.5" ry="6.5" fill="@tip.deep"/>'
    ),
    "koala": (
        '<path d="M0 -184C15 -184 16 -146 0 -146C-16 -146 -15 -184 0 -184Z" fill="@ink"/>'
        '<ellipse cx="-4" cy="-174" rx="3" ry="6" fill="#fff" opacity=".35"/>'
    ),
}
