"""How many jobs a tenant may still put in line, in the headers in which OpenAI tells a rate limit."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from gateway.edge import Edge
from mediamill.db.prepared import prepared
from mediamill.jobs.model import Line
from mediamill.tenants.model import Tenant


@prepared(tenant_id=UUID)
def in_line(tenant_id: UUID) -> Select[Any]:
    """Give a tenant's limit, and how much of it is in line now; no row for a tenant without one."""
    lines = select(func.count()).select_from(Line).where(Line.tenant_id == tenant_id).scalar_subquery()
    return select(Tenant.max_queued, lines.label("queued")).where(
        Tenant.id == tenant_id, Tenant.max_queued.is_not(None)
    )


async def places_left(edge: Edge, tenant_id: UUID) -> dict[str, str]:
    """Give the headers; none for a tenant without a limit. A place is free again as soon as a job begins."""
    async with edge.look() as connection:
        row = (await connection.execute(*in_line(tenant_id))).one_or_none()
    if row is None:
        return {}
    return {
        "x_ratelimit_limit_requests": str(row.max_queued),
        "x_ratelimit_remaining_requests": str(max(0, row.max_queued - row.queued)),
        "x_ratelimit_reset_requests": "1s",
    }
