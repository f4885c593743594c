"""Which keys were valid a moment ago, so that a busy client costs the database one look-up in a few seconds."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from mediamill.clock import monotonic, now
from mediamill.tenants import queries
from mediamill.tenants.keys import Scope

TTL_S = 5.0
"""A key that was revoked at another gateway works here for at most this long."""

_MOST = 10_000


class Principal(NamedTuple):
    """Who asks, and what they may do."""

    tenant_id: UUID
    scopes: frozenset[Scope]
    key_id: UUID
    expires_at: datetime | None


class Keyring:
    """A short memory of keys, by their digest; strangers are not remembered."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[float, Principal]] = {}

    def recall(self, digest: bytes) -> Principal | None:
        """Give the owner of a key that was looked up a moment ago and has not expired since."""
        until, principal = self._known.get(digest, (0.0, None))
        if principal is None or monotonic() > until:
            return None
        if principal.expires_at is not None and principal.expires_at <= now():
            return None
        return principal

    async def look_up(self, connection: AsyncConnection, digest: bytes) -> Principal | None:
        """Ask the database who owns a key, and remember it."""
        row = (await connection.execute(queries.key_by_digest(digest))).one_or_none()
        if row is None:
            self._known.pop(digest, None)
            return None
        principal = Principal(row.tenant_id, frozenset(map(Scope, row.scopes)), row.id, row.expires_at)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[digest] = (monotonic() + TTL_S, principal)
        return principal

    def forget(self) -> None:
        """Look everybody up again, because keys were changed here."""
        self._known.clear()
