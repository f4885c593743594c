"""Finding rows and jobs of a tenant, and keeping others from them for as long as a transaction lasts."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from mediamill.errors import InvalidInput, NotFound
from mediamill_products.adcraft import queries
from mediamill_products.caller import Caller, Seen


async def find_brand(connection: AsyncConnection, tenant_id: UUID, brand_id: UUID) -> RowMapping:
    """Find a brand of the tenant. Raises ``NotFound``."""
    row: RowMapping | None = (await connection.execute(queries.brand(tenant_id, brand_id))).mappings().one_or_none()
    if row is None:
        raise NotFound(f"Brand {brand_id}.")
    return row


async def hold_brand(connection: AsyncConnection, tenant_id: UUID, brand_id: UUID) -> None:
    """See that there is the brand, and keep others from deleting it. Raises ``InvalidInput``."""
    locked = queries.brand(tenant_id, brand_id).with_for_update(read=True, key_share=True)
    if (await connection.execute(locked)).first() is None:
        raise InvalidInput("Its brand is not there.", errors=[(["brand_id"], f"there is no brand {brand_id}")])


async def find_campaign(connection: AsyncConnection, tenant_id: UUID, campaign_id: UUID) -> RowMapping:
    """Find a campaign of the tenant. Raises ``NotFound``."""
    found = await connection.execute(queries.campaign(tenant_id, campaign_id))
    if (row := found.mappings().one_or_none()) is None:
        raise NotFound(f"Campaign {campaign_id}.")
    return row


async def lock_campaign(connection: AsyncConnection, tenant_id: UUID, campaign_id: UUID) -> RowMapping:
    """Find a campaign and keep others from generating or deleting it. Raises ``NotFound``."""
    found = await connection.execute(queries.campaign(tenant_id, campaign_id).with_for_update())
    if (row := found.mappings().one_or_none()) is None:
        raise NotFound(f"Campaign {campaign_id}.")
    return row


async def job_of(caller: Caller, connection: AsyncConnection, campaign: RowMapping) -> Seen | None:
    """Give the job that a campaign follows, if it has one and it is not forgotten."""
    if campaign["job_id"] is None:
        return None
    return (await caller.jobs(connection, [campaign["job_id"]])).get(campaign["job_id"])
