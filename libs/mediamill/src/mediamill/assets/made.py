"""Who answers with what: the link between a job and its assets, which keeps them as long as the job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import case, literal, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.sql.dml import ReturningInsert

from mediamill.assets.model import AssetRow, JobAsset
from mediamill.contracts import Asset


def made_by(job_id: UUID, asset_id: UUID, role: str) -> ReturningInsert[Any]:
    """Link an asset to the job that made it. A row back: the link is new."""
    link = insert(JobAsset).values(job_id=job_id, asset_id=asset_id, role=role)
    return link.on_conflict_do_nothing().returning(JobAsset.asset_id)


def answered_with(job_id: UUID, tenant_id: UUID, assets: Sequence[Asset]) -> Insert:
    """Link the assets of a job's answer to it, also those that its children made; what is linked already stays so."""
    roles = {UUID(asset.id): asset.role for asset in assets}
    owned = select(AssetRow.id).where(AssetRow.tenant_id == tenant_id, AssetRow.id.in_(list(roles)))
    role = case(*[(AssetRow.id == asset, name) for asset, name in roles.items()], else_="output")
    rows = owned.add_columns(literal(job_id), role)
    return insert(JobAsset).from_select(["asset_id", "job_id", "role"], rows).on_conflict_do_nothing()
