"""Statements about brands and campaigns; every one is bound to a tenant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Delete, Select, delete, func, insert, select, update
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from mediamill.jobs.model import Job
from mediamill.jobs.states import FINAL
from mediamill_products.adcraft.model import BrandRow, CampaignRow

Rows = Select[Any]
BRAND, CAMPAIGN = BrandRow.__table__.c, CampaignRow.__table__.c


def add_brand(tenant_id: UUID, brand_id: UUID, facts: Mapping[str, Any]) -> ReturningInsert[Any]:
    """Add a brand and give it."""
    return insert(BrandRow).values(id=brand_id, tenant_id=tenant_id, **facts).returning(*BRAND)


def brand(tenant_id: UUID, brand_id: UUID) -> Rows:
    """Find a brand."""
    return select(*BRAND).where(BrandRow.tenant_id == tenant_id, BrandRow.id == brand_id)


def brands(tenant_id: UUID, *, before: UUID | None, limit: int) -> Rows:
    """List brands, newest first."""
    found = select(*BRAND).where(BrandRow.tenant_id == tenant_id)
    return _page(found, BrandRow.id, before, limit)


def change_brand(tenant_id: UUID, brand_id: UUID, facts: Mapping[str, Any]) -> ReturningUpdate[Any]:
    """Change a brand and give it. No row back: there is none."""
    mine = (BrandRow.tenant_id == tenant_id, BrandRow.id == brand_id)
    return update(BrandRow).where(*mine).values(**facts, updated_at=func.now()).returning(*BRAND)


def campaigns_of(tenant_id: UUID, brand_id: UUID) -> Select[Any]:
    """Count the campaigns of a brand."""
    return select(func.count()).where(CampaignRow.tenant_id == tenant_id, CampaignRow.brand_id == brand_id)


def delete_brand(tenant_id: UUID, brand_id: UUID) -> Delete:
    """Delete a brand; whoever calls has seen that it has no campaigns, under its row's lock."""
    return delete(BrandRow).where(BrandRow.tenant_id == tenant_id, BrandRow.id == brand_id)


def add_campaign(tenant_id: UUID, campaign_id: UUID, facts: Mapping[str, Any]) -> ReturningInsert[Any]:
    """Add a campaign and give it."""
    return insert(CampaignRow).values(id=campaign_id, tenant_id=tenant_id, **facts).returning(*CAMPAIGN)


def campaign(tenant_id: UUID, campaign_id: UUID) -> Rows:
    """Find a campaign."""
    return select(*CAMPAIGN).where(CampaignRow.tenant_id == tenant_id, CampaignRow.id == campaign_id)


def campaigns(tenant_id: UUID, *, brand_id: UUID | None, before: UUID | None, limit: int) -> Rows:
    """List campaigns, of one brand or of all, newest first."""
    found = select(*CAMPAIGN).where(CampaignRow.tenant_id == tenant_id)
    if brand_id is not None:
        found = found.where(CampaignRow.brand_id == brand_id)
    return _page(found, CampaignRow.id, before, limit)


def change_campaign(tenant_id: UUID, campaign_id: UUID, facts: Mapping[str, Any]) -> ReturningUpdate[Any]:
    """Change a campaign and give it. No row back: there is none."""
    mine = (CampaignRow.tenant_id == tenant_id, CampaignRow.id == campaign_id)
    return update(CampaignRow).where(*mine).values(**facts, updated_at=func.now()).returning(*CAMPAIGN)


def follow(tenant_id: UUID, campaign_id: UUID, job_id: UUID) -> ReturningUpdate[Any]:
    """Have a campaign follow a job from now on, and give it."""
    mine = (CampaignRow.tenant_id == tenant_id, CampaignRow.id == campaign_id)
    return update(CampaignRow).where(*mine).values(job_id=job_id, generated_at=func.now()).returning(*CAMPAIGN)


def delete_campaign(tenant_id: UUID, campaign_id: UUID) -> Delete:
    """Delete a campaign; whoever calls has seen that nothing of it runs, under its row's lock."""
    return delete(CampaignRow).where(CampaignRow.tenant_id == tenant_id, CampaignRow.id == campaign_id)


def is_running(tenant_id: UUID, job_id: UUID | None) -> Select[Any]:
    """Tell whether a job has not ended; a row back: it has not."""
    under_way = Job.state.not_in([state.value for state in FINAL])
    return select(Job.id).where(Job.tenant_id == tenant_id, Job.id == job_id, under_way)


def _page(found: Rows, id_: Any, before: UUID | None, limit: int) -> Rows:
    """Cut a page out, with one row too many where there is a next one."""
    if before is not None:
        found = found.where(id_ < before)
    return found.order_by(id_.desc()).limit(limit + 1)
