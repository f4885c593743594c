"""Which keys were valid a moment ago, so that a busy client costs the database one look-up in a few seconds."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from mediamill.clock import monotonic, now
from mediamill.errors import Forbidden
from mediamill.tenants import queries
from mediamill.tenants.keys import Scope
from mediamill.tenants.roles import Role, allowed

TTL_S = 5.0
"""A key that was revoked at another gateway works here for at most this long."""

_MOST = 10_000
_LOOKS = frozenset({"GET", "HEAD"})


class Principal(NamedTuple):
    """Who asks, and what they may do."""

    tenant_id: UUID
    scopes: frozenset[Scope]
    key_id: UUID
    expires_at: datetime | None
    user_id: UUID | None = None
    """Whose key it is; ``None`` for one of the tenant as such."""
    role: Role | None = None

    def require(self, scope: Scope, method: str) -> None:
        """Let pass who has the scope, and to look also who may only read. Raises ``Forbidden``."""
        if scope in self.scopes or (scope is Scope.JOBS and Scope.READ in self.scopes and method in _LOOKS):
            return
        only = " This key may look and change nothing." if Scope.READ in self.scopes else ""
        raise Forbidden(f"It needs the scope '{scope}'.{only}")


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
        role = Role(row.role) if row.role is not None else None
        scopes = allowed(row.scopes, role)
        principal = Principal(row.tenant_id, scopes, row.id, row.expires_at, row.user_id, role)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[digest] = (monotonic() + TTL_S, principal)
        return principal

    def forget(self) -> None:
        """Look everybody up again, because keys were changed here."""
        self._known.clear()
