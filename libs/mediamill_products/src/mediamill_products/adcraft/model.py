"""The tables of brands and campaigns."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from mediamill.db.base import Base


class BrandRow(Base):
    """Who advertises."""

    __tablename__ = "adcraft_brands"
    __table_args__ = (UniqueConstraint("tenant_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Text)
    voice: Mapped[str | None] = mapped_column(Text)
    speaker: Mapped[str] = mapped_column(Text)
    colors: Mapped[dict[str, Any]]
    logo: Mapped[UUID | None]
    audience: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class CampaignRow(Base):
    """What is advertised, and the job that makes its films or has made them last; how far they are, the job tells."""

    __tablename__ = "adcraft_campaigns"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "brand_id"],
            ["adcraft_brands.tenant_id", "adcraft_brands.id"],
            name="fk_adcraft_campaigns_brand",
        ),
        Index("ix_adcraft_campaigns_tenant_id_id", "tenant_id", "id"),
        Index("ix_adcraft_campaigns_brand_id", "brand_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    brand_id: Mapped[UUID]
    name: Mapped[str | None] = mapped_column(Text)
    brief: Mapped[str] = mapped_column(Text)
    pictures: Mapped[list[UUID]] = mapped_column(ARRAY(PG_UUID(as_uuid=True)))
    formats: Mapped[list[str]] = mapped_column(ARRAY(Text))
    seconds: Mapped[float]
    call_to_action: Mapped[str] = mapped_column(Text)
    resolution: Mapped[int]
    music: Mapped[str] = mapped_column(Text)
    captions: Mapped[str] = mapped_column(Text)
    job_id: Mapped[UUID | None]
    """No foreign key: retention forgets jobs, and a campaign outlives its films."""
    generated_at: Mapped[datetime | None]
    """When its films were asked for last."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
