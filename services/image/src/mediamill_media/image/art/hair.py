"""Hair, for a head of radius 60 around (0, 0): what falls behind the body, and what frames the face."""

from __future__ import annotations

_FRINGE = (
    '<path d="M-62 8C-72 -44 -40 -74 2 -72C44 -72 72 -44 62 8C60 -10 52 -24 40 -32C16 -18 -22 -16 -44 '
    '-26C-54 -18 -60 -6 -62 8Z" '
    'fill="@hair"/><path d="M-30 -54C-14 -64 12 -64 28 -56" fill="none" stroke="@hair.lit" stroke-width="6" '
    'stroke-linecap="round" opacity=".55"/>'
)
_SWEPT = (
    '<path d="M-62 6C-74 -46 -38 -76 4 -72C46 -72 72 -42 62 6C60 -8 56 -20 48 -30C28 -22 -4 -32 -20 -46C-26 '
    '-30 -44 -20 -52 -18C-58 -10 -61 -2 -62 6Z" '
    'fill="@hair"/><path d="M-4 -60C14 -64 34 -56 44 -44" fill="none" stroke="@hair.lit" stroke-width="6" '
    'stroke-linecap="round" opacity=".55"/>'
)
_TUFTS = (
    '<path d="M-62 2C-76 -24 -66 -44 -56 -46C-62 -64 -40 -76 -28 -68C-22 -86 2 -86 8 -74C24 -86 46 -76 44 '
    "-62C62 -62 74 -38 62 2"
    "C58 -12 54 -22 44 -30C34 -22 24 -22 14 -30C4 -20 -10 -20 -18 -30C-28 -20 -38 -22 -46 -28C-56 -18 -60 -8 "
    '-62 2Z" fill="@hair"/>'
)
_CURLS = "".join(
    f'<circle cx="{x}" cy="{y}" r="{r}" fill="@hair.ball"/>'
    for x, y, r in (
        (-58, -14, 20),
        (-50, -42, 22),
        (-26, -60, 23),
        (4, -66, 24),
        (32, -56, 23),
        (54, -36, 21),
        (60, -10, 18),
        (-22, -42, 15),
        (12, -44, 16),
        (36, -36, 14),
    )
)
_CURLS_BACK = "".join(
    f'<circle cx="{x}" cy="{y}" r="25" fill="@hair.dark"/>'
    for x, y in ((-62, 6), (-56, 36), (62, 6), (56, 36), (-66, -18), (66, -18), (0, -60))
)
_BRAID = (
    '<g transform="scale({s} 1)"><ellipse cx="66" cy="34" rx="16" ry="15" fill="@hair.ball"/>'
    '<ellipse cx="70" cy="54" rx="14" ry="14" fill="@hair.ball"/>'
    '<ellipse cx="72" cy="73" rx="12" ry="13" fill="@hair.ball"/>'
    '<circle cx="72" cy="84" r="6" fill="@top.lit"/><path d="M66 88Q72 108 78 88Z" fill="@hair.flat"/></g>'
)

HAIR_FRONT = {
    "short": _SWEPT,
    "tousled": _TUFTS,
    "curly": _CURLS,
    "long": _FRINGE,
    "bob": _FRINGE,
    "braids": _FRINGE + _BRAID.format(s=1) + _BRAID.format(s=-1),
    "bun": _SWEPT,
    "bald": (
        '<path d="M-60 12C-70 -6 -66 -22 -58 -26C-54 -14 -56 0 -54 12Z" fill="@hair"/>'
        '<path d="M60 12C70 -6 66 -22 58 -26C54 -14 56 0 54 12Z" fill="@hair"/>'
    ),
}
HAIR_BACK = {
    "long": (
        '<path d="M-66 -10C-80 40 -78 92 -58 116C-20 104 20 104 58 116C78 92 80 40 66 -10C50 -70 -50 -70 -66 '
        '-10Z" fill="@hair.dark"/>'
    ),
    "bob": (
        '<path d="M-66 -10C-76 26 -72 50 -62 62C-30 52 30 52 62 62C72 50 76 26 66 -10C50 -70 -50 -70 -66 -10Z" '
        'fill="@hair.dark"/>'
    ),
    "curly": _CURLS_BACK,
    "bun": '<circle cx="0" cy="-82" r="27" fill="@hair.ball"/>',
}
BEARD = (
    '<path d="M-58 10C-60 60 -34 92 0 104C34 92 60 60 58 10C50 26 36 24 22 24C10 20 -10 20 -22 24C-36 24 -50 '
    '26 -58 10Z" fill="@hair"/>'
    '<path d="M-26 30C-12 20 -4 24 0 28C4 24 12 20 26 30C14 40 6 38 0 34C-6 38 -14 40 -26 30Z" fill="@hair.lit"/>'
    '<path d="M-9 42Q0 50 9 42" fill="none" stroke="#8c2f3c" stroke-width="4" stroke-linecap="round"/>'
)
