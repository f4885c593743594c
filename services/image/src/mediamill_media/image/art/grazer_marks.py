"""What tells the grazers apart: heads, coats and tails. Heads lie around (0, 0), the nose to the right."""

from __future__ import annotations

_SKULL = (
    '<path d="M-30 -18C-24 -44 14 -46 28 -22C44 -20 66 -12 66 8C66 28 44 32 26 28C4 34 -32 24 -30 -18Z" fill="@main"/>'
)
_MUZZLE = '<path d="M40 -17C58 -14 68 -4 66 10C64 28 46 31 34 28C26 12 28 -8 40 -17Z" fill="@belly"/>'
_EAR = (
    '<path d="M-16 -30C-34 -50 -32 -66 -24 -66C-10 -62 -2 -46 0 -34Z" fill="@main"/>'
    '<path d="M-15 -36C-25 -48 -25 -56 -22 -57C-14 -54 -8 -46 -6 -37Z" fill="@belly.dark"/>'
)
_SIDE_EAR = '<path d="M-22 -26C-48 -36 -58 -24 -54 -18C-46 -8 -30 -10 -18 -16Z" fill="@main.dark"/>'
_FORELOCK = '<path d="M-20 -34C-10 -54 14 -50 18 -34C22 -24 10 -20 6 -26C-2 -20 -14 -22 -20 -34Z" fill="@tip"/>'

HEADS = {
    "mane": _EAR + _SKULL + _MUZZLE + _FORELOCK,
    "unicorn": _EAR
    + _SKULL
    + _MUZZLE
    + _FORELOCK
    + (
        '<path d="M6 -36L22 -92L24 -34Z" fill="@gold"/><path d="M10 -50L22 -46M14 -64L23 -61" '
        'stroke="@gold.dark" stroke-width="3"/>'
    ),
    "zebra": _EAR
    + _SKULL
    + (
        '<path d="M40 -17C58 -14 68 -4 66 10C64 28 46 31 34 28C26 12 28 -8 40 -17Z" fill="@tip.lit"/>'
        '<path d="M-26 -14L-8 -10M-24 2L-10 2M-6 -38L2 -24M10 -40L13 -26" stroke="@tip.flat" stroke-width="5" '
        'stroke-linecap="round"/>'
    )
    + _FORELOCK,
    "cow": (
        '<path d="M-14 -36C-26 -50 -22 -62 -16 -66C-14 -54 -4 -48 4 -42Z" fill="@cream"/>'
        + _SIDE_EAR
        + _SKULL
        + '<path d="M-4 -40C12 -44 26 -34 26 -18C14 -16 -2 -22 -4 -40Z" fill="@tip" opacity=".9"/>'
        + _MUZZLE
    ),
    "sheep": (
        "<g>"
        + _SIDE_EAR
        + (
            '<path d="M-30 -18C-24 -44 14 -46 28 -22C44 -20 60 -12 60 8C60 26 44 30 26 28C4 34 -32 24 -30 -18Z" '
            'fill="@belly"/>'
        )
        + "".join(
            f'<circle cx="{x}" cy="{y}" r="17" fill="@main.ball"/>'
            for x, y in ((-26, -22), (-10, -38), (10, -36), (-34, 0))
        )
        + "</g>"
    ),
    "goat": '<path d="M-6 -36C-8 -64 -30 -68 -34 -62C-24 -56 -22 -44 -18 -32Z" fill="@tip"/>'
    + _SIDE_EAR
    + _SKULL
    + _MUZZLE
    + '<path d="M30 28Q34 50 26 54Q22 42 22 29Z" fill="@tip.lit"/>',
    "deer": (
        (
            '<path d="M-6 -36C-14 -62 -34 -70 -30 -92M-20 -66C-32 -70 -42 -68 -48 -76M8 -38C10 -60 24 -70 20 '
            '-92M17 -66C28 -72 34 -72 38 -82" fill="none" stroke="@tip.flat" stroke-width="7" '
            'stroke-linecap="round"/>'
        )
        + _SIDE_EAR
        + _SKULL
        + _MUZZLE
    ),
    "giraffe": (
        '<path d="M-4 -36V-58M12 -36V-58" stroke="@tip.flat" stroke-width="6"/>'
        '<circle cx="-4" cy="-60" r="7" fill="@tip.ball"/><circle cx="12" cy="-60" r="7" fill="@tip.ball"/>'
    )
    + _SIDE_EAR
    + _SKULL
    + _MUZZLE,
    "camel": _EAR + _SKULL + _MUZZLE,
}

_FLEECE = "".join(
    f'<circle cx="{x}" cy="{y}" r="30" fill="@main.ball"/>'
    for x, y in (
        (-74, -132),
        (-52, -158),
        (-16, -168),
        (22, -168),
        (58, -158),
        (78, -130),
        (-62, -98),
        (-24, -88),
        (18, -88),
        (58, -98),
        (-30, -130),
        (12, -132),
        (46, -126),
    )
)
COATS = {
    "cow": (
        '<path d="M-64 -164C-30 -168 -20 -140 -44 -126C-70 -120 -88 -146 -64 -164Z" fill="@tip"/>'
        '<path d="M20 -138C44 -146 62 -120 44 -102C22 -92 -2 -120 20 -138Z" fill="@tip"/>'
        '<path d="M-24 -80Q-12 -62 4 -78Z" fill="@belly"/>'
    ),
    "sheep": _FLEECE,
    "zebra": "".join(
        (
            f'<path d="M{x} {-168 + abs(x) * 0.05:.0f}Q{x + 12} -130 {x - 2} -92" fill="none" stroke="@tip.flat" '
            'stroke-width="10" stroke-linecap="round"/>'
        )
        for x in (-64, -40, -14, 12, 38, 62)
    ),
    "giraffe": "".join(
        f'<path d="M{x} {y}l14 -5l11 9l-3 14l-15 3l-10 -9Z" fill="@tip.flat" opacity=".85"/>'
        for x, y in (
            (-70, -136),
            (-44, -154),
            (-44, -120),
            (-14, -142),
            (-10, -108),
            (18, -156),
            (22, -122),
            (50, -142),
            (56, -112),
            (64, -178),
            (78, -206),
            (96, -236),
            (84, -160),
        )
    ),
    "deer": "".join(
        f'<circle cx="{x}" cy="{y}" r="6" fill="@belly.flat" opacity=".8"/>'
        for x, y in ((-62, -144), (-40, -152), (-48, -128), (-22, -142), (-4, -154), (-26, -120))
    )
    + '<path d="M-60 -84Q0 -68 60 -88Q0 -96 -60 -84Z" fill="@belly" opacity=".8"/>',
    "camel": (
        '<path d="M-70 -150C-62 -206 -30 -206 -22 -166C-14 -206 22 -208 32 -158Q-20 -140 -70 -150Z" '
        'fill="@main"/><path d="M-60 -162C-52 -192 -36 -192 -30 -170M-6 -168C0 -192 16 -192 20 -164" fill="none" '
        'stroke="@main.lit" stroke-width="6" stroke-linecap="round" opacity=".6"/>'
    ),
}

TAILS = {
    "mane": '<path d="M-78 -146C-118 -150 -118 -96 -104 -62C-98 -84 -96 -112 -76 -120Z" fill="@tip"/>',
    "unicorn": (
        '<path d="M-78 -146C-122 -152 -124 -96 -108 -56C-98 -84 -94 -112 -76 -120Z" fill="@tip"/>'
        '<path d="M-84 -140C-106 -136 -106 -104 -102 -84" fill="none" stroke="@purple.lit" stroke-width="7" '
        'stroke-linecap="round"/>'
    ),
    "cow": (
        '<path d="M-80 -140C-104 -132 -98 -104 -102 -84" fill="none" stroke="@main.dark" stroke-width="8"/>'
        '<path d="M-102 -92C-92 -78 -94 -64 -104 -60C-114 -68 -112 -82 -102 -92Z" fill="@tip"/>'
    ),
    "zebra": (
        '<path d="M-80 -140C-104 -132 -98 -104 -102 -84" fill="none" stroke="@main.dark" stroke-width="8"/>'
        '<path d="M-102 -92C-92 -78 -94 -64 -104 -60C-114 -68 -112 -82 -102 -92Z" fill="@tip"/>'
    ),
    "giraffe": (
        '<path d="M-80 -140C-100 -132 -96 -110 -98 -94" fill="none" stroke="@main.dark" stroke-width="8"/>'
        '<circle cx="-98" cy="-88" r="10" fill="@tip.ball"/>'
    ),
    "camel": (
        '<path d="M-80 -140C-100 -132 -96 -110 -98 -94" fill="none" stroke="@main.dark" stroke-width="8"/>'
        '<circle cx="-98" cy="-88" r="10" fill="@tip.ball"/>'
    ),
    "sheep": '<circle cx="-94" cy="-130" r="18" fill="@main.ball"/>',
    "deer": '<path d="M-78 -146C-104 -160 -108 -136 -84 -126Z" fill="@belly"/>',
    "goat": '<path d="M-78 -146C-104 -168 -108 -140 -84 -126Z" fill="@main.dark"/>',
}
