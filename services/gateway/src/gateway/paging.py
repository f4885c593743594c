"""Lists: newest first, ``limit`` at a time, with a cursor that only this gateway can write."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field

from gateway.problems import InvalidRequest
from mediamill.assets.signing import fits, sign

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=200, description="how many at most")]
Cursor = Annotated[str | None, Query(max_length=500, description="the next_cursor of the page before")]

_SIGNATURE = 24


class Listed(BaseModel, Generic[T]):
    """A page of a list."""

    data: list[T]
    next_cursor: str | None = Field(None, description="give it as ?cursor= for the next page; null on the last one")


class Cut(NamedTuple):
    """A page's rows and where the next one begins."""

    rows: Sequence[Any]
    next_cursor: str | None


def read_cursor(cursor: str | None, scope: str) -> str | None:
    """Give where a page begins. Raises ``InvalidRequest`` for a cursor that was not written for this scope."""
    if cursor is None:
        return None
    try:
        signature, _, position = base64.urlsafe_b64decode(cursor.encode() + b"==").decode().partition(":")
    except ValueError:
        signature, position = "", ""
    if not signature or not fits("cursor", f"{scope}:{position}", signature, length=_SIGNATURE):
        raise InvalidRequest("The cursor is not one of this list's.", errors=[(["query", "cursor"], "unknown cursor")])
    return position


def write_cursor(position: object, scope: str) -> str:
    """Write where the next page begins, bound to a scope: a list of a tenant."""
    signature = sign("cursor", f"{scope}:{position}")[:_SIGNATURE]
    return base64.urlsafe_b64encode(f"{signature}:{position}".encode()).decode().rstrip("=")


def cut(rows: Sequence[Any], limit: int, scope: str, position: str = "id") -> Cut:
    """Cut a page out of ``limit + 1`` rows; the one too many tells that there is a next page."""
    if len(rows) <= limit:
        return Cut(rows, None)
    return Cut(rows[:limit], write_cursor(rows[limit - 1][position], scope))
