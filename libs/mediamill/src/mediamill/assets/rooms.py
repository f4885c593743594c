"""How many bytes a tenant may still keep, where its plan says: uploads and what jobs made count, each asset once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Connection, Select, cast, func, select

from mediamill.assets.model import AssetRow
from mediamill.db.prepared import prepared
from mediamill.errors import OverStorage
from mediamill.tenants.model import Tenant

_LOCK = 0x726F6F6D


@prepared(tenant_id=UUID)
def room(tenant_id: UUID) -> Select[Any]:
    """Give a tenant's limit and what it keeps, in bytes; no row, and nothing summed, for one without a limit."""
    total = cast(func.coalesce(func.sum(AssetRow.bytes), 0), BigInteger)
    kept = select(total).where(AssetRow.tenant_id == tenant_id).scalar_subquery()
    return select(Tenant.max_bytes, kept.label("kept")).where(Tenant.id == tenant_id, Tenant.max_bytes.is_not(None))


def make_room(connection: Connection, tenant_id: UUID, sha256: str, size: int) -> None:
    """Look again, last, in the transaction that makes the asset: uploads of one limited tenant take turns here.

    Bytes that the tenant has already need no room. Raises ``OverStorage``.
    """
    lock = func.hashtextextended(str(tenant_id), _LOCK)
    connection.execute(select(func.pg_advisory_xact_lock(lock)))
    if (row := connection.execute(*room(tenant_id)).one_or_none()) is None:
        return
    known = select(AssetRow.id).where(AssetRow.tenant_id == tenant_id, AssetRow.sha256 == sha256)
    if row.kept + size > row.max_bytes and connection.execute(known).first() is None:
        raise OverStorage.of(limit=row.max_bytes, kept=row.kept)
