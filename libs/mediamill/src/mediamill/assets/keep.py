"""Keep and open assets: the verbs that the gateway and the workers share. All block; the caller commits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from mediamill.assets import queries
from mediamill.assets.intake import StoredBlob
from mediamill.contracts import Asset
from mediamill.errors import NotFound


class Kept(NamedTuple):
    """The facts of an asset that a tenant owns."""

    id: UUID
    sha256: str
    media_type: str
    bytes: int
    width: int | None
    height: int | None
    duration_s: float | None
    claim: str | None = None
    """What its content credentials say, by name; ``None`` for what we did not sign."""

    def asset(self, role: str = "output") -> Asset:
        """Show it as a contract does, in a role and without a URL."""
        return Asset(
            id=str(self.id),
            role=role,
            media_type=self.media_type,
            bytes=self.bytes,
            sha256=self.sha256,
            width=self.width,
            height=self.height,
            duration_s=self.duration_s,
        )


def keep(
    connection: Connection,
    tenant_id: UUID,
    blob: StoredBlob,
    *,
    media_type: str,
    width: int | None = None,
    height: int | None = None,
    duration_s: float | None = None,
    claim: str | None = None,
) -> Kept:
    """Make stored bytes an asset of the tenant. The same bytes, or the same claim, are the same asset, with more facts.

    What is given back has other bytes than ``blob`` when somebody else was first to make the claim.
    """
    statement = queries.upsert(
        tenant_id, blob, media_type=media_type, width=width, height=height, duration_s=duration_s, claim=claim
    )
    return _kept(connection.execute(statement).one())


def find_claimed(connection: Connection, tenant_id: UUID, claim: str) -> Kept | None:
    """Give the tenant's asset that makes a claim, kept anew, if there is one."""
    row = connection.execute(queries.claimed(tenant_id, claim)).one_or_none()
    return None if row is None else _kept(row)


def find_several(connection: Connection, tenant_id: UUID, asset_ids: Sequence[str]) -> list[Kept]:
    """Give the facts of those assets that are the tenant's, in the order of their ids here, each once."""
    wanted = [_uuid(asset_id) for asset_id in dict.fromkeys(asset_ids)]
    rows = {row.id: row for row in connection.execute(queries.several(tenant_id, wanted))} if wanted else {}
    return [_kept(rows[asset_id]) for asset_id in wanted if asset_id in rows]


def find(connection: Connection, tenant_id: UUID, asset_id: UUID | str) -> Kept:
    """Give the facts of a tenant's asset. Raises ``NotFound``."""
    row = connection.execute(queries.one(tenant_id, _uuid(asset_id))).one_or_none()
    if row is None:
        raise NotFound(f"asset {asset_id}.")
    return _kept(row)


def _kept(row: object) -> Kept:
    """Read the facts of an asset off a row that names them as the table does."""
    return Kept(*(getattr(row, name) for name in Kept._fields))


def _uuid(asset_id: UUID | str) -> UUID:
    try:
        return UUID(str(asset_id))
    except ValueError:
        raise NotFound(f"asset {asset_id}.") from None
