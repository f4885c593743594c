"""Statements about tenants, keys and what a tenant has used."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Insert, Select, TextClause, Update, func, insert, or_, select, text, update

from mediamill.ids import uuid7
from mediamill.tenants.keys import NewKey
from mediamill.tenants.model import ApiKey, Tenant

TENANT = (
    Tenant.id,
    Tenant.name,
    Tenant.plan,
    Tenant.weight,
    Tenant.max_running,
    Tenant.max_queued,
    Tenant.budget,
    Tenant.created_at,
)
KEY = (
    ApiKey.id,
    ApiKey.tenant_id,
    ApiKey.name,
    ApiKey.prefix,
    ApiKey.scopes,
    ApiKey.created_at,
    ApiKey.expires_at,
    ApiKey.revoked_at,
)


def new_tenant(values: dict[str, Any]) -> Insert:
    """Make a tenant. A name that is taken violates ``uq_tenants_name``."""
    return insert(Tenant).values(id=uuid7(), **values).returning(*TENANT)


def tenant(tenant_id: UUID) -> Select[*tuple[Any, ...]]:
    """Find a tenant."""
    return select(*TENANT).where(Tenant.id == tenant_id)


def tenants(*, before: UUID | None, limit: int) -> Select[*tuple[Any, ...]]:
    """List tenants, newest first."""
    query = select(*TENANT).order_by(Tenant.id.desc()).limit(limit)
    return query if before is None else query.where(Tenant.id < before)


def change_tenant(tenant_id: UUID, values: dict[str, Any]) -> Update:
    """Change what is given of a tenant."""
    return update(Tenant).where(Tenant.id == tenant_id).values(**values).returning(*TENANT)


def add_key(tenant_id: UUID, key: NewKey, *, name: str, scopes: list[str], expires_at: datetime | None) -> Insert:
    """Keep a key's digest; its secret is not kept."""
    return (
        insert(ApiKey)
        .values(
            id=uuid7(),
            tenant_id=tenant_id,
            name=name,
            prefix=key.prefix,
            digest=key.digest,
            scopes=scopes,
            expires_at=expires_at,
        )
        .returning(*KEY)
    )


def key(key_id: UUID) -> Select[*tuple[Any, ...]]:
    """Find a key."""
    return select(*KEY).where(ApiKey.id == key_id)


def keys(*, tenant_id: UUID | None, before: UUID | None, limit: int) -> Select[*tuple[Any, ...]]:
    """List keys of one tenant or of all, newest first."""
    query = select(*KEY).order_by(ApiKey.id.desc()).limit(limit)
    if tenant_id is not None:
        query = query.where(ApiKey.tenant_id == tenant_id)
    return query if before is None else query.where(ApiKey.id < before)


def change_key(key_id: UUID, values: dict[str, Any]) -> Update:
    """Change what is given of a key."""
    return update(ApiKey).where(ApiKey.id == key_id).values(**values).returning(*KEY)


def revoke_key(key_id: UUID) -> Update:
    """Make a key worthless from now on; revoking it again keeps the first time."""
    return change_key(key_id, {"revoked_at": func.coalesce(ApiKey.revoked_at, func.now())})


def key_by_digest(digest: bytes) -> Select[*tuple[Any, ...]]:
    """Find the key that is valid now and has this digest."""
    return select(ApiKey.id, ApiKey.tenant_id, ApiKey.scopes, ApiKey.expires_at).where(
        ApiKey.digest == digest,
        ApiKey.revoked_at.is_(None),
        or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > func.now()),
    )


# Written as SQL since jobs and assets are folders above this one.
_USAGE = text("""
SELECT (created_at AT TIME ZONE 'UTC')::date AS day, kind, count(*) AS jobs,
    count(*) FILTER (WHERE state = 'succeeded') AS succeeded,
    count(*) FILTER (WHERE state = 'failed') AS failed,
    count(*) FILTER (WHERE state = 'canceled') AS canceled,
    sum(cost)::float AS cost,
    coalesce(sum((
        SELECT sum(assets.bytes) FROM job_assets JOIN assets ON assets.id = asset_id WHERE job_id = jobs.id
    )), 0)::bigint AS asset_bytes
FROM jobs
WHERE tenant_id = :tenant_id AND id >= :since
GROUP BY 1, 2 ORDER BY 1 DESC, 2
""")

_STANDING = text("""
SELECT max_queued, max_running, budget::float,
    (SELECT count(*) FROM lines WHERE lines.tenant_id = tenants.id) AS queued,
    (SELECT count(*) FROM leases WHERE leases.tenant_id = tenants.id) AS running,
    (SELECT coalesce(sum(cost), 0)::float FROM jobs WHERE jobs.tenant_id = tenants.id AND jobs.id >= :month) AS spent,
    (SELECT count(*) FROM assets WHERE assets.tenant_id = tenants.id) AS assets,
    (SELECT coalesce(sum(bytes), 0)::bigint FROM assets WHERE assets.tenant_id = tenants.id) AS bytes
FROM tenants WHERE id = :tenant_id
""")


def usage() -> TextClause:
    """Count jobs, cost and bytes made of ``:tenant_id`` by day and kind, from the job id ``:since`` on."""
    return _USAGE


def standing() -> TextClause:
    """Tell what ``:tenant_id`` holds and may still use; spent is from the job id ``:month`` on."""
    return _STANDING
