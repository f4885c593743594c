"""How products say errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Refused(NamedTuple):
    """Why a request was refused: the facts of a problem."""

    status: int
    code: str
    """Such as ``not-found``."""
    title: str
    detail: str
    errors: Sequence[tuple[Sequence[str | int], str]] = ()
    """Each wrong field: where, and what."""
    facts: Mapping[str, Any] = {}
    """What programs may want to know of it, such as ``resets_at``."""


class Told(NamedTuple):
    """An error as a product's frontend reads it."""

    status: int
    body: Mapping[str, Any]


def plainly(refused: Refused) -> Told:
    """Say an error as FastAPI applications do: ``detail`` is a sentence, or for 422 a list of wrong fields."""
    if refused.status == 422 and refused.errors:
        wrong = [{"loc": ["body", *loc], "msg": msg, "type": refused.code} for loc, msg in refused.errors]
        return Told(refused.status, {"detail": wrong})
    return Told(refused.status, {"detail": refused.detail, "code": refused.code})
