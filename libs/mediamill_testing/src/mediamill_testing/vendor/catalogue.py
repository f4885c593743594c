"""What a vendor's models make, and what that costs. What is not in the catalogue makes nothing, for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from mediamill_testing.vendor import media

JSON = "application/json"
"""What makes an output that is itself JSON: that is in ``says``."""


@dataclass(frozen=True)
class Product:
    """What a model makes."""

    price: Decimal = Decimal(0)
    """USD for each."""
    makes: str = "image/png"
    count: str = ""
    """The field of the input that says how many: a number, or a text, of which each letter counts; else it is one."""
    as_list: bool = False
    """Also one alone is given in a list."""
    seconds: float = 0
    """How long it takes."""
    says: str = ""
    """The text that a model of texts answers; without it, what its JSON Schema allows, or a few words."""
    file: str = ""
    """A file with what it makes; else a picture, a sound or a text is made here."""

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Product:
        """Take one from JSON."""
        return cls(**{**told, "price": Decimal(str(told.get("price", 0)))})

    def units(self, input: Mapping[str, Any]) -> int:
        """Tell how many an input asks for."""
        wanted = input.get(self.count, 1) if self.count else 1
        return len(wanted) if isinstance(wanted, str) else int(wanted)

    def files(self, input: Mapping[str, Any]) -> int:
        """Tell how many files are made."""
        is_text = isinstance(input.get(self.count), str)
        return 1 if is_text else self.units(input)

    def content(self, input: Mapping[str, Any], number: int) -> bytes:
        """Give the bytes of a file, the same each time."""
        if self.file:
            return Path(self.file).read_bytes()
        if self.makes.startswith("image/"):
            return media.png(*media.size_of(input), shade=number)
        if self.makes.startswith("audio/"):
            return media.wav(media.seconds_of(input))
        return (self.says or f"Words, number {number}.").encode()
