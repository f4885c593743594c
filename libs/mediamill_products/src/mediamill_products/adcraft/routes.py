"""Adcraft's part of the gateway: brands, campaigns, and the films that campaigns become."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query

from mediamill.assets import holds
from mediamill.errors import Conflict, NotFound
from mediamill.ids import uuid7
from mediamill_products.adcraft import queries
from mediamill_products.adcraft.finding import find_brand, find_campaign, hold_brand, job_of, lock_campaign
from mediamill_products.adcraft.generating import films_wanted, is_the_same
from mediamill_products.adcraft.keeping import keep_logo, keep_product
from mediamill_products.adcraft.schemas import (
    BrandChange,
    BrandNew,
    BrandShown,
    CampaignChange,
    CampaignNew,
    CampaignShown,
    Generate,
    Listed,
)
from mediamill_products.adcraft.shown import brand_shown, campaign_shown, page_of
from mediamill_products.caller import CallerOf
from mediamill_products.catalogue import Surface

router = APIRouter()

SURFACE = Surface(prefixes=("/api/brands", "/api/campaigns"))

Limit = Annotated[int, Query(ge=1, le=200, description="how many at most")]
Cursor = Annotated[UUID | None, Query(description="the next_cursor of the page before")]


@router.post("/api/brands", status_code=201, include_in_schema=False)
@router.post("/api/brands/", status_code=201)
async def create_brand(caller: CallerOf, new: BrandNew) -> BrandShown:
    """Add a brand."""
    brand_id = uuid7()
    facts = {**BrandNew(name=new.name).model_dump(exclude={"logo"}), **new.facts()}
    async with caller.transaction() as connection:
        row = (await connection.execute(queries.add_brand(caller.tenant_id, brand_id, facts))).mappings().one()
        await keep_logo(connection, row)
    return brand_shown(row)


@router.get("/api/brands", include_in_schema=False)
@router.get("/api/brands/")
async def list_brands(caller: CallerOf, limit: Limit = 50, cursor: Cursor = None) -> Listed[BrandShown]:
    """List the brands, newest first."""
    async with caller.look() as connection:
        found = await connection.execute(queries.brands(caller.tenant_id, before=cursor, limit=limit))
    rows = found.mappings().all()
    return page_of([brand_shown(row) for row in rows], [row["id"] for row in rows], limit)


@router.get("/api/brands/{brand_id}")
async def show_brand(caller: CallerOf, brand_id: UUID) -> BrandShown:
    """Show a brand."""
    async with caller.look() as connection:
        return brand_shown(await find_brand(connection, caller.tenant_id, brand_id))


@router.put("/api/brands/{brand_id}", include_in_schema=False)
@router.patch("/api/brands/{brand_id}")
async def change_brand(caller: CallerOf, brand_id: UUID, change: BrandChange) -> BrandShown:
    """Change what is sent of a brand; films that are there stay as they are."""
    async with caller.transaction() as connection:
        changed = await connection.execute(queries.change_brand(caller.tenant_id, brand_id, change.facts()))
        if (row := changed.mappings().one_or_none()) is None:
            raise NotFound(f"Brand {brand_id}.")
        if "logo" in change.model_fields_set:
            await keep_logo(connection, row)
    return brand_shown(row)


@router.delete("/api/brands/{brand_id}", status_code=204)
async def delete_brand(caller: CallerOf, brand_id: UUID) -> None:
    """Delete a brand that has no campaigns."""
    async with caller.transaction() as connection:
        # Whoever adds a campaign holds the row's key until it is there: after this lock the count is the truth.
        locked = queries.brand(caller.tenant_id, brand_id).with_for_update()
        if (row := (await connection.execute(locked)).mappings().one_or_none()) is None:
            raise NotFound(f"Brand {brand_id}.")
        count = (await connection.execute(queries.campaigns_of(caller.tenant_id, brand_id))).scalar_one()
        if count:
            raise Conflict(f"The brand {row['name']!r} has {count} campaigns; delete them first.")
        await connection.execute(holds.release(brand_id))
        await connection.execute(queries.delete_brand(caller.tenant_id, brand_id))


@router.post("/api/campaigns", status_code=201, include_in_schema=False)
@router.post("/api/campaigns/", status_code=201)
async def create_campaign(caller: CallerOf, new: CampaignNew) -> CampaignShown:
    """Add a campaign of a brand; its films are made when they are asked for."""
    campaign_id = uuid7()
    facts = {**CampaignNew(brand_id=new.brand_id, brief=new.brief).model_dump(), **new.facts()}
    async with caller.transaction() as connection:
        await hold_brand(connection, caller.tenant_id, new.brand_id)
        row = (await connection.execute(queries.add_campaign(caller.tenant_id, campaign_id, facts))).mappings().one()
        await keep_product(connection, row)
    return campaign_shown(row, None)


@router.get("/api/campaigns", include_in_schema=False)
@router.get("/api/campaigns/")
async def list_campaigns(
    caller: CallerOf,
    limit: Limit = 50,
    cursor: Cursor = None,
    brand_id: Annotated[UUID | None, Query(description="only those of this brand")] = None,
) -> Listed[CampaignShown]:
    """List the campaigns, newest first, each with how far its films are."""
    page = queries.campaigns(caller.tenant_id, brand_id=brand_id, before=cursor, limit=limit)
    async with caller.look() as connection:
        rows = (await connection.execute(page)).mappings().all()
        jobs = await caller.jobs(connection, [row["job_id"] for row in rows[:limit] if row["job_id"] is not None])
    shown = [campaign_shown(row, jobs.get(row["job_id"])) for row in rows[:limit]]
    return page_of(shown, [row["id"] for row in rows], limit)


@router.get("/api/campaigns/{campaign_id}")
async def show_campaign(caller: CallerOf, campaign_id: UUID) -> CampaignShown:
    """Show a campaign, and its films or how far they are."""
    async with caller.look() as connection:
        row = await find_campaign(connection, caller.tenant_id, campaign_id)
        return campaign_shown(row, await job_of(caller, connection, row))


@router.put("/api/campaigns/{campaign_id}", include_in_schema=False)
@router.patch("/api/campaigns/{campaign_id}")
async def change_campaign(caller: CallerOf, campaign_id: UUID, change: CampaignChange) -> CampaignShown:
    """Change what is sent of a campaign; films that are there or under way stay as they are."""
    async with caller.transaction() as connection:
        if "brand_id" in change.model_fields_set:
            await hold_brand(connection, caller.tenant_id, change.brand_id)
        changed = await connection.execute(queries.change_campaign(caller.tenant_id, campaign_id, change.facts()))
        if (row := changed.mappings().one_or_none()) is None:
            raise NotFound(f"Campaign {campaign_id}.")
        if "pictures" in change.model_fields_set:
            await keep_product(connection, row)
        return campaign_shown(row, await job_of(caller, connection, row))


@router.delete("/api/campaigns/{campaign_id}", status_code=204)
async def delete_campaign(caller: CallerOf, campaign_id: UUID) -> None:
    """Delete a campaign of which nothing is under way; its films stay among the assets for as long as jobs are kept."""
    async with caller.transaction() as connection:
        row = await lock_campaign(connection, caller.tenant_id, campaign_id)
        under_way = queries.is_running(caller.tenant_id, row["job_id"])
        if (await connection.execute(under_way)).first() is not None:
            raise Conflict("Its films are being made; cancel them first.")
        await connection.execute(holds.release(campaign_id))
        await connection.execute(queries.delete_campaign(caller.tenant_id, campaign_id))


@router.post("/api/campaigns/{campaign_id}/generate", status_code=202)
async def generate_campaign(
    caller: CallerOf, campaign_id: UUID, how: Annotated[Generate | None, Body()] = None
) -> CampaignShown:
    """Have the films made. While some are under way, the same again is answered with those; others are refused."""
    async with caller.transaction() as connection:
        row = await lock_campaign(connection, caller.tenant_id, campaign_id)
        brand = await find_brand(connection, caller.tenant_id, row["brand_id"])
        post = films_wanted(brand, row, how or Generate())
        job = await job_of(caller, connection, row)
        if job is not None and job.finished_at is None:
            if not is_the_same(job, post):
                raise Conflict(f"Other films of it are being made by job {job.id}; wait for them, or cancel them.")
            return campaign_shown(row, job)
        (job_id,) = await caller.accept(connection, [post])
        followed = await connection.execute(queries.follow(caller.tenant_id, campaign_id, job_id))
        return campaign_shown(followed.mappings().one(), await caller.job(connection, job_id))


@router.post("/api/campaigns/{campaign_id}/cancel")
async def cancel_campaign(caller: CallerOf, campaign_id: UUID) -> CampaignShown:
    """Stop making the films; nothing changes if none are under way."""
    async with caller.look() as connection:
        row = await find_campaign(connection, caller.tenant_id, campaign_id)
        job = await job_of(caller, connection, row)
    if job is not None and job.finished_at is None:
        await caller.cancel(job.id)
    async with caller.look() as connection:
        return campaign_shown(row, await job_of(caller, connection, row))
