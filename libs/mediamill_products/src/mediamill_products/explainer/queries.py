"""The explainer's statements."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Insert, Select, insert, select

from mediamill.jobs.model import Job
from mediamill.jobs.states import State
from mediamill_products.explainer.model import ExplainerVideo


def add(video_id: UUID, tenant_id: UUID, job_id: UUID, pubmed_id: str) -> Insert:
    """Add a film beside its job."""
    return insert(ExplainerVideo).values(id=video_id, tenant_id=tenant_id, job_id=job_id, pubmed_id=pubmed_id)


def of_job(tenant_id: UUID, job_id: UUID) -> Select[Any]:
    """Give the film of a job of the tenant."""
    return select(ExplainerVideo.__table__).where(
        ExplainerVideo.tenant_id == tenant_id, ExplainerVideo.job_id == job_id
    )


def cause(tenant_id: UUID, job_id: UUID) -> Select[Any]:
    """Give the error of the child that a job failed by: the first that did."""
    return (
        select(Job.error)
        .where(Job.tenant_id == tenant_id, Job.parent_id == job_id, Job.state == State.FAILED)
        .order_by(Job.finished_at)
        .limit(1)
    )
