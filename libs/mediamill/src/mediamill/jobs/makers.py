"""Which jobs an asset came from."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from mediamill.assets.model import JobAsset
from mediamill.jobs.model import Job

MOST = 50


def makers(tenant_id: UUID, asset_id: UUID) -> Select[Any]:
    """Give the tenant's jobs that made an asset or answered with it, newest first, no more than ``MOST``."""
    facts: tuple[Any, ...] = (Job.id, Job.kind, Job.provider, JobAsset.role, Job.created_at)
    linked = select(*facts).join(JobAsset, JobAsset.job_id == Job.id)
    return linked.where(JobAsset.asset_id == asset_id, Job.tenant_id == tenant_id).order_by(Job.id.desc()).limit(MOST)
