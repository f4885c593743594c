"""Hats, for a head of radius 60 whose crown is at (0, 0); the wardrobe scales them."""

from __future__ import annotations

HATS = {
    "hat": (
        '<ellipse cx="0" cy="18" rx="84" ry="19" fill="@wear"/>'
        '<path d="M-48 16C-50 -34 -28 -46 0 -46C28 -46 50 -34 48 16Z" fill="@wear"/>'
        '<path d="M-48 4Q0 18 48 4V16Q0 30 -48 16Z" fill="@wear.deep"/>'
    ),
    "strawhat": (
        '<ellipse cx="0" cy="20" rx="92" ry="20" fill="#ecc878"/>'
        '<ellipse cx="0" cy="17" rx="92" ry="18" fill="#f4d994"/>'
        '<path d="M-46 16C-48 -30 -28 -42 0 -42C28 -42 48 -30 46 16Q0 26 -46 16Z" fill="#f4d994"/>'
        '<path d="M-46 4Q0 16 46 4V16Q0 28 -46 16Z" fill="@wear"/>'
    ),
    "safarihat": (
        '<ellipse cx="0" cy="20" rx="82" ry="17" fill="#b98f55"/>'
        '<path d="M-50 18C-54 -30 -26 -44 0 -38C26 -44 54 -30 50 18Q0 28 -50 18Z" fill="#d0a76a"/>'
        '<path d="M-50 6Q0 18 50 6V18Q0 29 -50 18Z" fill="#7a5a38"/>'
    ),
    "cap": (
        '<path d="M-60 26C-62 -26 -30 -38 0 -38C30 -38 62 -26 60 26Q0 6 -60 26Z" fill="@wear"/>'
        '<path d="M-62 24Q0 0 62 24V36Q0 14 -62 36Z" fill="@wear.dark"/>'
        '<circle cx="0" cy="-40" r="14" fill="@wear.pale"/>'
    ),
    "crown": (
        '<path d="M-38 14L-46 -32L-20 -10L0 -42L20 -10L46 -32L38 14Q0 24 -38 14Z" fill="@gold"/>'
        '<path d="M-38 6Q0 16 38 6V15Q0 25 -38 15Z" fill="@gold.dark"/>'
        '<circle cx="0" cy="-4" r="6" fill="@wear.ball"/><circle cx="-22" cy="0" r="4" fill="@teal.flat"/>'
        '<circle cx="22" cy="0" r="4" fill="@teal.flat"/>'
    ),
    "piratehat": (
        '<path d="M-82 22C-70 -34 -34 -50 0 -46C34 -50 70 -34 82 22C40 4 -40 4 -82 22Z" fill="@black"/>'
        '<path d="M-82 22C-40 4 40 4 82 22" fill="none" stroke="@gold.flat" stroke-width="5"/>'
        '<circle cx="0" cy="-20" r="11" fill="@white.flat"/>'
        '<circle cx="-4" cy="-21" r="2.6" fill="@black.flat"/>'
        '<circle cx="4" cy="-21" r="2.6" fill="@black.flat"/>'
        '<path d="M-17 -3L17 -11M17 -3L-17 -11" stroke="@white.flat" stroke-width="4" stroke-linecap="round"/>'
    ),
    "wizardhat": (
        '<ellipse cx="0" cy="20" rx="86" ry="19" fill="@wear.dark"/>'
        '<path d="M-52 18C-30 -40 -20 -90 24 -122C16 -70 40 -30 52 18Q0 32 -52 18Z" fill="@wear"/>'
        '<path d="M-52 16Q0 30 52 16L48 2Q0 16 -46 2Z" fill="@gold.flat"/>'
        '<path d="M4 -42l4 9 10 1 -7 7 2 10 -9 -5 -9 5 2 -10 -7 -7 10 -1Z" fill="@yellow.flat"/>'
    ),
    "chefhat": (
        '<path d="M-44 20V-14C-74 -24 -66 -66 -36 -60C-24 -84 24 -84 36 -60C66 -66 74 -24 44 -14V20Q0 30 -44 '
        '20Z" fill="@white"/>'
        '<path d="M-44 4Q0 15 44 4V20Q0 30 -44 20Z" fill="@white.dark" opacity=".35"/>'
    ),
    "hardhat": (
        '<path d="M-60 20C-60 -30 -30 -42 0 -42C30 -42 60 -30 60 20Z" fill="@wear"/>'
        '<path d="M-13 -41H13V14H-13Z" fill="@wear.lit"/>'
        '<path d="M-72 18Q0 2 72 18V29Q0 15 -72 29Z" fill="@wear.dark"/>'
    ),
    "beret": (
        '<path d="M-64 20C-76 -22 -20 -40 14 -36C60 -34 80 0 62 18Q0 4 -64 20Z" fill="@wear"/>'
        '<path d="M10 -36q2 -12 8 -14" stroke="@wear.dark" stroke-width="6" stroke-linecap="round" '
        'fill="none"/>'
    ),
    "flower_crown": "".join(
        (
            f'<g transform="translate({x} {y})"><circle cx="-6" r="7" fill="{c}"/>'
            f'<circle cx="6" r="7" fill="{c}"/><circle cy="-6" r="7" fill="{c}"/><circle cy="6" r="7" fill="{c}"/>'
            '<circle r="5" fill="@yellow.flat"/></g>'
        )
        for x, y, c in (
            (-44, 20, "@pink.flat"),
            (-22, 9, "@white.flat"),
            (0, 5, "@purple.lit"),
            (22, 9, "@white.flat"),
            (44, 20, "@pink.flat"),
        )
    ),
}
