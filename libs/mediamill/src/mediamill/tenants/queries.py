"""Statements about tenants, keys and what a tenant has used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Insert, Select, TextClause, Update, func, insert, select, text, update

from mediamill.db.prepared import Prepared
from mediamill.ids import uuid7
from mediamill.tenants.keys import NewKey
from mediamill.tenants.model import ApiKey, Tenant

TENANT = (
    Tenant.id,
    Tenant.name,
    Tenant.plan,
    Tenant.own,
    Tenant.weight,
    Tenant.max_running,
    Tenant.max_queued,
    Tenant.max_monthly,
    Tenant.max_bytes,
    Tenant.budget,
    Tenant.created_at,
)
KEY = (
    ApiKey.id,
    ApiKey.tenant_id,
    ApiKey.user_id,
    ApiKey.name,
    ApiKey.prefix,
    ApiKey.scopes,
    ApiKey.budget,
    ApiKey.created_at,
    ApiKey.expires_at,
    ApiKey.revoked_at,
)


def tenant(tenant_id: UUID) -> Select[*tuple[Any, ...]]:
    """Find a tenant."""
    return select(*TENANT).where(Tenant.id == tenant_id)


def tenants(*, before: UUID | None, limit: int) -> Select[*tuple[Any, ...]]:
    """List tenants, newest first."""
    query = select(*TENANT).order_by(Tenant.id.desc()).limit(limit)
    return query if before is None else query.where(Tenant.id < before)


def add_key(
    tenant_id: UUID,
    key: NewKey,
    *,
    name: str,
    scopes: list[str],
    expires_at: datetime | None,
    budget: Decimal | None = None,
    user_id: UUID | None = None,
) -> Insert:
    """Keep a key's digest; its secret is not kept."""
    return (
        insert(ApiKey)
        .values(
            id=uuid7(),
            tenant_id=tenant_id,
            user_id=user_id,
            name=name,
            prefix=key.prefix,
            digest=key.digest,
            scopes=scopes,
            expires_at=expires_at,
            budget=budget,
        )
        .returning(*KEY)
    )


def key(key_id: UUID) -> Select[*tuple[Any, ...]]:
    """Find a key."""
    return select(*KEY).where(ApiKey.id == key_id)


def keys(
    *, tenant_id: UUID | None, before: UUID | None, limit: int, user_id: UUID | None = None
) -> Select[*tuple[Any, ...]]:
    """List keys of one tenant or person or of all, newest first."""
    query = select(*KEY).order_by(ApiKey.id.desc()).limit(limit)
    if tenant_id is not None:
        query = query.where(ApiKey.tenant_id == tenant_id)
    if user_id is not None:
        query = query.where(ApiKey.user_id == user_id)
    return query if before is None else query.where(ApiKey.id < before)


def change_key(key_id: UUID, values: dict[str, Any]) -> Update:
    """Change what is given of a key."""
    return update(ApiKey).where(ApiKey.id == key_id).values(**values).returning(*KEY)


def revoke_key(key_id: UUID) -> Update:
    """Make a key worthless from now on; revoking it again keeps the first time."""
    return change_key(key_id, {"revoked_at": func.coalesce(ApiKey.revoked_at, func.now())})


_VALID = text("""
SELECT api_keys.digest, api_keys.id, api_keys.tenant_id, api_keys.user_id, api_keys.scopes, api_keys.expires_at,
    users.role
FROM api_keys LEFT JOIN users ON users.id = api_keys.user_id
WHERE api_keys.digest = ANY(CAST(:digests AS bytea[])) AND api_keys.revoked_at IS NULL AND users.removed_at IS NULL
  AND (api_keys.expires_at IS NULL OR api_keys.expires_at > now())
""")


def keys_by_digest(digests: Sequence[bytes]) -> Prepared:
    """Find the keys that are valid now and have one of these digests, with the roles of the people whose they are."""
    return Prepared(_VALID, {"digests": list(digests)})


# Written as SQL since jobs and assets are folders above this one.
_STANDING = text("""
SELECT max_queued, max_running, max_monthly, max_bytes, budget::float,
    (SELECT count(*) FROM lines WHERE lines.tenant_id = tenants.id) AS queued,
    (SELECT count(*) FROM leases WHERE leases.tenant_id = tenants.id) AS running,
    (SELECT spent::float FROM accounts WHERE scope = 'tenant' AND accounts.id = tenants.id AND month = :month) AS spent,
    (SELECT coalesce(sum(amount), 0) + coalesce(sum((
        SELECT sum(price) FROM holds WHERE holds.job_id = reservations.job_id)), 0)
     FROM reservations WHERE reservations.tenant_id = tenants.id)::float AS reserved,
    kept.assets, kept.bytes, CASE WHEN max_monthly IS NOT NULL THEN coalesce(
        (SELECT jobs FROM monthly_jobs WHERE monthly_jobs.tenant_id = tenants.id AND month = :month),
        (SELECT count(*) FROM jobs WHERE jobs.tenant_id = tenants.id AND parent_id IS NULL AND jobs.id >= :first_id)
    ) END AS monthly
FROM tenants CROSS JOIN LATERAL (
    SELECT count(*) AS assets, coalesce(sum(bytes), 0)::bigint AS bytes FROM assets
    WHERE assets.tenant_id = tenants.id) AS kept
WHERE id = :tenant_id
""")


def standing() -> TextClause:
    """Tell what ``:tenant_id`` holds and may still use, and what it spent in ``:month`` if it has an account.

    ``:first_id`` is the first that a job of that month can have.
    """
    return _STANDING
