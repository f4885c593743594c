"""Who made what: the link between a job and its assets."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert

from mediamill.assets.model import JobAsset


def made_by(job_id: UUID, asset_id: UUID, role: str) -> ReturningInsert[Any]:
    """Link an asset to the job that made it. A row back: the link is new."""
    link = insert(JobAsset).values(job_id=job_id, asset_id=asset_id, role=role)
    return link.on_conflict_do_nothing().returning(JobAsset.asset_id)
