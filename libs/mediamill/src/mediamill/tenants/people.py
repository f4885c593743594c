"""The people of a tenant: statements bound to it, and what their coming and going does to their keys."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Insert, RowMapping, Select, Update, func, insert, select, update

from mediamill.ids import uuid7
from mediamill.tenants.model import ApiKey, User

USER = (User.id, User.tenant_id, User.email, User.name, User.role, User.created_at, User.removed_at)

Statement = Select[*tuple[Any, ...]]


def add_user(tenant_id: UUID, *, email: str, name: str, role: str) -> Insert:
    """Add a person. An e-mail address that somebody of the tenant has violates ``uq_users_tenant_id_email``."""
    values = {"id": uuid7(), "tenant_id": tenant_id, "email": email, "name": name, "role": role}
    return insert(User).values(values).returning(*USER)


def user(tenant_id: UUID | None, user_id: UUID) -> Statement:
    """Find a person of a tenant, or of any."""
    return _within(select(*USER).where(User.id == user_id), tenant_id)


def users(tenant_id: UUID | None, *, before: UUID | None, limit: int) -> Statement:
    """List the people of a tenant, or of all, who have not left, newest first."""
    query = _within(select(*USER), tenant_id).where(User.removed_at.is_(None)).order_by(User.id.desc()).limit(limit)
    return query if before is None else query.where(User.id < before)


def change_user(user_id: UUID, values: dict[str, Any]) -> Update:
    """Change what is given of a person who has not left."""
    return update(User).where(User.id == user_id, User.removed_at.is_(None)).values(**values).returning(*USER)


def remove_user(connection: Connection, user_id: UUID) -> RowMapping:
    """Let a person go: their keys are worthless from now on. Doing it again keeps the first time."""
    gone = {"removed_at": func.coalesce(User.removed_at, func.now())}
    left = update(User).where(User.id == user_id).values(gone).returning(*USER)
    row = connection.execute(left).mappings().one()
    keys = update(ApiKey).where(ApiKey.user_id == user_id, ApiKey.revoked_at.is_(None))
    connection.execute(keys.values(revoked_at=func.now()))
    return row


def _within(query: Statement, tenant_id: UUID | None) -> Statement:
    return query if tenant_id is None else query.where(User.tenant_id == tenant_id)
