"""Rotating a key: a new one like it, and an end for the old one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, RowMapping

from mediamill.clock import now
from mediamill.errors import Conflict, NotFound
from mediamill.tenants import queries
from mediamill.tenants.keys import new_key


class Rotated(NamedTuple):
    """The new key's row and, this once, its secret."""

    row: RowMapping
    secret: str


def rotate(connection: Connection, key_id: UUID, overlap_s: float) -> Rotated:
    """Make a key with the rights of this one, which stays valid beside it for ``overlap_s`` seconds.

    Raises ``NotFound``, or ``Conflict`` for a key that is worthless already.
    """
    old = connection.execute(queries.key(key_id)).mappings().one_or_none()
    if old is None:
        raise NotFound(f"Key {key_id}.")
    if not _is_valid(old):
        raise Conflict("This key is not valid any more; make a new one.")
    made = new_key()
    like = {name: old[name] for name in ("user_id", "name", "scopes", "expires_at", "budget")}
    row = connection.execute(queries.add_key(old["tenant_id"], made, **like)).mappings().one()
    end = now() + timedelta(seconds=overlap_s)
    sooner = end if old["expires_at"] is None else min(end, old["expires_at"])
    connection.execute(queries.change_key(key_id, {"expires_at": sooner}))
    return Rotated(row, made.secret)


def _is_valid(key: RowMapping) -> bool:
    expires_at: Any = key["expires_at"]
    return key["revoked_at"] is None and (expires_at is None or expires_at > now())
