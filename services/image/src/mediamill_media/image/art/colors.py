"""Colours as #rrggbb strings: names, lighter and darker ones, mixtures."""

from __future__ import annotations

from functools import cache

NAMES = {
    "white": "#fbf7f0",
    "black": "#332f3d",
    "ink": "#3a2f45",
    "red": "#e2524a",
    "orange": "#f0903f",
    "yellow": "#f9cf5a",
    "green": "#6cb45c",
    "leaf": "#63a95a",
    "pine": "#3f8467",
    "teal": "#3fb0a5",
    "blue": "#4d92dc",
    "navy": "#3b4a86",
    "purple": "#8f6bc9",
    "pink": "#f193ae",
    "brown": "#96603f",
    "wood": "#ad7144",
    "stone": "#aaa6b4",
    "gray": "#a9b0bb",
    "steel": "#bcc7d3",
    "gold": "#f2b83d",
    "cream": "#fbeed3",
    "sand": "#ecd2a0",
    "skin": "#f6c9a4",
    "blush": "#f07f7f",
    "water": "#5aaedb",
    "glass": "#a9dcf0",
    "screen": "#26335e",
    "lit": "#ffd774",
    "accent": "#e2524a",
    "terra": "#d9805a",
    "wafer": "#e0a45c",
    "apron": "#f6efe2",
    "denim": "#5a7fb5",
    "shoes": "#7a4b3a",
    "top": "#4d92dc",
    "bottom": "#41538f",
    "hair": "#5c3a2a",
    "belly": "#fff3e0",
    "tip": "#4b3038",
    "second": "#fbeed3",
    "wall": "#f6e2bd",
    "eyes": "#7fe9f5",
    "bulb": "#ffd774",
    "heart": "#ef6a78",
    "main": "#e2524a",
}
"""Every colour that a template may name; a drawing's own colours override these."""

_WARM, _COOL = "#fff6dc", "#2a1b4e"


def named(name: str) -> str:
    """Give the #rrggbb of a colour's name, or the colour itself. Raises ``KeyError`` for an unknown name."""
    return name if name.startswith("#") else NAMES[name]


def channels(color: str) -> tuple[int, int, int]:
    """Give red, green and blue, 0 to 255."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


@cache
def mix(color: str, other: str, amount: float) -> str:
    """Give ``color`` with ``amount`` (0 to 1) of ``other`` in it."""
    pairs = zip(channels(color), channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * amount):02x}" for a, b in pairs)


def lighter(color: str, amount: float) -> str:
    """Lighten towards warm white, as sunlight does."""
    return mix(color, _WARM, amount)


def darker(color: str, amount: float) -> str:
    """Darken towards violet, as shadows do; plain black would look dirty."""
    return mix(color, _COOL, amount)


def brightness(color: str) -> float:
    """Give how bright a colour is, 0 to 1."""
    red, green, blue = channels(color)
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255
