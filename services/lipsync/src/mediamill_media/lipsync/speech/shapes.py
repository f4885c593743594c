"""The shapes of a mouth, and which phoneme has which."""

from __future__ import annotations

from typing import NamedTuple


class Shape(NamedTuple):
    """A mouth: how far it is open, how wide (from -1, pursed, to 1, spread), and how much teeth and tongue show."""

    open: float
    wide: float = 0.0
    teeth: float = 0.0
    tongue: float = 0.0
    closes: float = 0.0
    """How surely the lips come together, whatever is said around it."""


REST = Shape(0.0)
_LIPS = Shape(0.0, -0.05, closes=1.0)
_LIP_AND_TEETH = Shape(0.12, 0.05, 1.0, closes=0.75)
_TEETH = Shape(0.22, 0.3, 0.7, 0.1)
_HUSH = Shape(0.26, -0.45, 0.6)
_BETWEEN_TEETH = Shape(0.24, 0.1, 0.5, 0.9)
_BACK = Shape(0.3, 0.05, 0.2)
_LATERAL = Shape(0.38, 0.1, 0.3, 0.8)
_RHOTIC = Shape(0.26, -0.4, 0.2)
_SPREAD = Shape(0.34, 0.9, 0.5)
_MID = Shape(0.5, 0.55, 0.35)
_WIDE_OPEN = Shape(1.0, 0.2, 0.2, 0.1)
_NEUTRAL = Shape(0.5, -0.05, 0.15)
_ROUND = Shape(0.55, -0.7)
_PURSED = Shape(0.3, -0.95)

_GROUPS: dict[Shape, str] = {
    _LIPS: "pbm",
    _LIP_AND_TEETH: "fv",
    _TEETH: "tdsznɾT",
    _HUSH: "ʃʒʧʤ",
    _BETWEEN_TEETH: "θð",
    _BACK: "kɡgŋhxʔ",
    _LATERAL: "lɫ",
    _RHOTIC: "ɹr",
    _SPREAD: "iɪjyᵻ",
    _MID: "eɛ",
    _WIDE_OPEN: "æaɑɐ",
    _NEUTRAL: "əʌɜɚɝᵊɒ",
    _ROUND: "oɔ",
    _PURSED: "uʊwʍ",
}
SHAPES: dict[str, Shape] = {symbol: shape for shape, symbols in _GROUPS.items() for symbol in symbols}

GLIDES: dict[str, tuple[Shape, Shape]] = {
    "A": (_MID, _SPREAD),
    "I": (_WIDE_OPEN, _SPREAD),
    "W": (_WIDE_OPEN, _PURSED),
    "Y": (_ROUND, _SPREAD),
    "O": (_ROUND, _PURSED),
    "Q": (_NEUTRAL, _PURSED),
}
"""Diphthongs: a mouth goes from the one to the other."""


def shapes_of(symbol: str) -> tuple[Shape, ...]:
    """Give the shapes that a symbol goes through; of an unknown one its first known letter's, else a neutral mouth."""
    if symbol in GLIDES:
        return GLIDES[symbol]
    known = tuple(SHAPES[letter] for letter in symbol if letter in SHAPES)
    return known[:2] or (_NEUTRAL,)
