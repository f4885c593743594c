"""Statements about assets; every one is bound to a tenant, except what a signed URL opens."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate, Update

from mediamill.assets.intake import StoredBlob
from mediamill.assets.model import AssetRow, JobAsset
from mediamill.ids import uuid7

Statement = Select[*tuple[Any, ...]]
Upsert = ReturningInsert[*tuple[Any, ...]]

_LET_GO = datetime(1970, 1, 1, tzinfo=UTC)
"""When an asset was kept last that nobody wants any more."""

FACTS = (
    AssetRow.id,
    AssetRow.sha256,
    AssetRow.media_type,
    AssetRow.bytes,
    AssetRow.width,
    AssetRow.height,
    AssetRow.duration_s,
    AssetRow.claim,
    AssetRow.created_at,
)

_SAME_BYTES: dict[str, Any] = {"index_elements": ["tenant_id", "sha256"]}
_SAME_CLAIM: dict[str, Any] = {
    "index_elements": ["tenant_id", "claim"],
    "index_where": text("claim IS NOT NULL"),
}


def upsert(
    tenant_id: UUID,
    blob: StoredBlob,
    *,
    media_type: str,
    width: int | None,
    height: int | None,
    duration_s: float | None,
    claim: str | None = None,
) -> Upsert:
    """Give a tenant the right to some bytes, kept anew: the same bytes, or the same claim, are the same asset."""
    new = insert(AssetRow).values(
        id=uuid7(),
        tenant_id=tenant_id,
        sha256=blob.sha256,
        bytes=blob.bytes,
        media_type=media_type,
        width=width,
        height=height,
        duration_s=duration_s,
        claim=claim,
    )
    return new.on_conflict_do_update(
        **(_SAME_BYTES if claim is None else _SAME_CLAIM),
        set_={
            "kept_at": func.now(),
            "width": func.coalesce(AssetRow.width, new.excluded.width),
            "height": func.coalesce(AssetRow.height, new.excluded.height),
            "duration_s": func.coalesce(AssetRow.duration_s, new.excluded.duration_s),
        },
    ).returning(*FACTS)


def one(tenant_id: UUID, asset_id: UUID) -> Statement:
    """Find an asset of a tenant."""
    return select(*FACTS).where(AssetRow.tenant_id == tenant_id, AssetRow.id == asset_id)


def claimed(tenant_id: UUID, claim: str) -> ReturningUpdate[*tuple[Any, ...]]:
    """Find the asset that makes a claim, and keep it anew, so that no clean-up takes it meanwhile."""
    same = (AssetRow.tenant_id == tenant_id, AssetRow.claim == claim)
    return update(AssetRow).where(*same).values(kept_at=func.now()).returning(*FACTS)


def disclaim(asset_id: UUID) -> Update:
    """Let another asset make the claim of one whose bytes are lost."""
    return update(AssetRow).where(AssetRow.id == asset_id).values(claim=None)


def one_of_anybody(asset_id: UUID) -> Statement:
    """Find an asset whoever owns it, for a request whose signature was checked before."""
    return select(*FACTS).where(AssetRow.id == asset_id)


def several(tenant_id: UUID, asset_ids: Collection[UUID]) -> Statement:
    """Find assets of a tenant, in no order."""
    return select(*FACTS).where(AssetRow.tenant_id == tenant_id, AssetRow.id.in_(asset_ids))


def with_bytes(tenant_id: UUID, hashes: Collection[str]) -> Select[str, UUID]:
    """Find the ids of a tenant's assets by the SHA-256 of their bytes."""
    mine = (AssetRow.tenant_id == tenant_id, AssetRow.sha256.in_(hashes))
    return select(AssetRow.sha256, AssetRow.id).where(*mine)


def owned(tenant_id: UUID, asset_ids: Collection[UUID]) -> Select[UUID]:
    """Tell which of these assets are the tenant's."""
    return select(AssetRow.id).where(AssetRow.tenant_id == tenant_id, AssetRow.id.in_(asset_ids))


def page(tenant_id: UUID, *, media_type: str | None, before: UUID | None, limit: int) -> Statement:
    """List a tenant's assets, newest first."""
    statement = select(*FACTS).where(AssetRow.tenant_id == tenant_id)
    if media_type is not None:
        statement = statement.where(AssetRow.media_type == media_type)
    if before is not None:
        statement = statement.where(AssetRow.id < before)
    return statement.order_by(AssetRow.id.desc()).limit(limit)


def wanted(tenant_id: UUID, asset_id: UUID) -> Statement:
    """Find an asset of a tenant that was not let go."""
    return one(tenant_id, asset_id).where(AssetRow.kept_at > _LET_GO)


def uploads(tenant_id: UUID, *, before: UUID | None, limit: int) -> Statement:
    """List a tenant's assets that no job made and that were not let go, newest first."""
    made = select(JobAsset.asset_id).where(JobAsset.asset_id == AssetRow.id)
    return page(tenant_id, media_type=None, before=before, limit=limit).where(
        ~made.exists(), AssetRow.kept_at > _LET_GO
    )


def let_go(tenant_id: UUID, asset_id: UUID) -> ReturningUpdate[UUID]:
    """Let the next clean-up have an asset, unless a job that is kept made it. The same bytes again keep it anew."""
    mine = (AssetRow.tenant_id == tenant_id, AssetRow.id == asset_id, AssetRow.kept_at > _LET_GO)
    return update(AssetRow).where(*mine).values(kept_at=_LET_GO).returning(AssetRow.id)
