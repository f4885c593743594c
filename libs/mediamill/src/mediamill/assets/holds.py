"""Assets that a tenant's own rows hold on to, such as the logo of a brand: retention leaves them alone."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Delete, Select, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from mediamill.assets.model import AssetHold, AssetRow


def hold(tenant_id: UUID, holder_id: UUID, asset_ids: Collection[UUID]) -> Select[Any]:
    """Have a row hold assets of its tenant, and give those that there are, with their media types.

    They are kept anew by it, so that a retention that has chosen them already looks again and lets them be.
    """
    mine = (AssetRow.tenant_id == tenant_id, AssetRow.id.in_(list(asset_ids)))
    kept = (
        update(AssetRow).where(*mine).values(kept_at=func.now()).returning(AssetRow.id, AssetRow.media_type).cte("kept")
    )
    rows = select(kept.c.id, literal(holder_id))
    held = insert(AssetHold).from_select(["asset_id", "holder_id"], rows).on_conflict_do_nothing().cte("held")
    return select(kept.c.id, kept.c.media_type).add_cte(held)


def release(holder_id: UUID) -> Delete:
    """Let go of all that a row holds."""
    return delete(AssetHold).where(AssetHold.holder_id == holder_id)
