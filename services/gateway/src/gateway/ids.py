"""Ids in paths: what is no UUID cannot be the id of anything, so it is not found."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path

from mediamill.errors import NotFound

_UUID = {"format": "uuid"}


def uuid_or_nothing(text: str) -> UUID:
    """Read an id. Raises ``NotFound``."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("What stands in for an id is not one.") from None


async def _path_id(id: Annotated[str, Path(description="its id", json_schema_extra=_UUID)]) -> UUID:
    return uuid_or_nothing(id)


PathId = Annotated[UUID, Depends(_path_id)]
"""The ``{id}`` of a path."""
