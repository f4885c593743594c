"""What can be read on what, by WCAG 2.2: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""

from __future__ import annotations

from mediamill_media.image.art.colors import channels

LIGHT, DARK = "#ffffff", "#050507"
READABLE = 4.5
"""The least contrast at which a text can be read."""
SEPARATE = 1.7
"""The least contrast at which two plain shapes are told apart at a glance."""


def luminance(color: str) -> float:
    """Give the relative luminance of a colour, 0 to 1."""
    linear = [_linear(part / 255) for part in channels(color)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Give how well two colours are told apart, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def ink_on(color: str) -> str:
    """Give the ink that can be read best on a colour: light or dark; one of them always can."""
    return max((LIGHT, DARK), key=lambda ink: contrast(ink, color))
