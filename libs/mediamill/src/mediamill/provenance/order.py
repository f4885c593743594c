"""What is asked of the C2PA library, as values that also another process can be given."""

from __future__ import annotations

from enum import Enum, auto
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from mediamill.provenance.claim import Claim, Ingredient
from mediamill.provenance.formats import format_of
from mediamill.provenance.identity import Identity


class Reading(Enum):
    """Whose ingredients are read, so that their own credentials come along; the others are told of by their hash."""

    ALL = auto()
    OURS = auto()
    NONE = auto()

    def covers(self, ingredient: Ingredient) -> bool:
        """Tell whether an ingredient is read."""
        if self is Reading.NONE or format_of(ingredient.media_type) is None:
            return False
        return ingredient.is_ours or self is Reading.ALL


class Order(BaseModel):
    """A frozen order."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=False)


class Part(Order):
    """An ingredient: told of, and read where it is said where it lies."""

    described: dict[str, Any]
    path: Path | None

    @classmethod
    def of(cls, ingredient: Ingredient, relationship: str, *, is_read: bool) -> Self:
        """Make the part of an ingredient; its own credentials come along if it is read."""
        return cls(described=ingredient.described(relationship), path=ingredient.path if is_read else None)


class SignOrder(Order):
    """A file to be signed."""

    source: Path
    target: Path
    format: str
    definition: dict[str, Any]
    parts: tuple[Part, ...]
    roots: str
    """Whom we trust; the signed file tells for ever what we thought of its ingredients."""

    @classmethod
    def of(cls, source: Path, target: Path, claim: Claim, roots: str, reading: Reading) -> Self:
        """Make the order of a claim."""
        parts = [
            Part.of(ingredient, relationship, is_read=reading.covers(ingredient))
            for ingredient, relationship in claim.related()
        ]
        definition = claim.definition()
        return cls(
            source=source,
            target=target,
            format=definition["format"],
            definition=definition,
            parts=tuple(parts),
            roots=roots,
        )


class SignApart(Order):
    """A signing with the signer to do it."""

    order: SignOrder
    identity: Identity


class ReadOrder(Order):
    """A file whose credentials are to be read."""

    path: Path
    media_type: str
    roots: str
