"""Which keys were valid a moment ago, so that a busy client costs the database one look-up in a few seconds.

Those of many clients that come about the same time are looked up together.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from gateway.group import Group
from mediamill.clock import monotonic, now
from mediamill.db.direct_async import Unsure
from mediamill.db.session import Database
from mediamill.errors import Forbidden, Unavailable
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

    def may(self, scope: Scope, method: str) -> bool:
        """Tell who has the scope, and to look also who may only read."""
        return scope in self.scopes or (scope is Scope.JOBS and Scope.READ in self.scopes and method in _LOOKS)

    def require(self, scope: Scope, method: str) -> None:
        """Let pass who may. Raises ``Forbidden``."""
        if self.may(scope, method):
            return
        only = " This key may look and change nothing." if Scope.READ in self.scopes else ""
        raise Forbidden(f"It needs the scope '{scope}'.{only}")


class Keyring:
    """A short memory of keys, by their digest; strangers are not remembered."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asking: Group[bytes, Principal | None] = Group(self._ask)
        self._known: dict[bytes, tuple[float, Principal]] = {}

    def recall(self, digest: bytes) -> Principal | None:
        """Give the owner of a key that was looked up a moment ago and has not expired since."""
        until, principal = self._known.get(digest, (0.0, None))
        if principal is None or monotonic() > until:
            return None
        if principal.expires_at is not None and principal.expires_at <= now():
            return None
        return principal

    async def look_up(self, digest: bytes) -> Principal | None:
        """Ask the database who owns a key, and remember it. Raises ``Unavailable``."""
        return await self._asking.join(digest)

    async def _ask(self, digests: Sequence[bytes]) -> list[Principal | None]:
        try:
            rows = await self._database.async_direct.rows(queries.keys_by_digest(digests))
        except Unsure as error:
            raise Unavailable("The database does not answer.") from error
        found = {bytes(row.digest): _principal(row) for row in rows}
        return [self._remember(digest, found.get(digest)) for digest in digests]

    def _remember(self, digest: bytes, principal: Principal | None) -> Principal | None:
        if principal is None:
            self._known.pop(digest, None)
            return None
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[digest] = (monotonic() + TTL_S, principal)
        return principal

    def forget(self) -> None:
        """Look everybody up again, because keys were changed here."""
        self._known.clear()


def _principal(row: Any) -> Principal:
    role = Role(row.role) if row.role is not None else None
    return Principal(row.tenant_id, allowed(row.scopes, role), row.id, row.expires_at, row.user_id, role)
