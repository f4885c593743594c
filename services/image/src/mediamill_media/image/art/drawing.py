"""A drawing: template text standing on its own ground, feet at (0, 0), up is negative."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Drawing:
    """Template text with its size in its own units, its colours, and where a hand and a seat are."""

    body: str
    width: float
    height: float
    colors: Mapping[str, str] = field(default_factory=dict)
    hand: tuple[float, float] | None = None
    seat: float = 0.0
    light: tuple[float, float, float] | None = None
    """Centre and radius of the light that it gives, if it does."""
