"""The inputs and outputs of the market."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from mediamill.contracts import Answer, Ask, MediaAnswer


class Draw(Ask):
    """Have pictures drawn as a prediction."""

    prompt: str = "a fox"
    n: int = Field(1, ge=1, le=8, description="How many.")

    def units(self) -> Decimal:
        """Tell how many are paid for."""
        return Decimal(self.n)


class Sketch(Draw):
    """Have pictures drawn by a direct call."""


class Say(Ask):
    """Have a text written by a direct call."""

    prompt: str = "Tell of a fox."


class Drawn(MediaAnswer):
    """The pictures."""


class Said(Answer):
    """The text."""

    text: str
