"""The tables of assets and of who made them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from mediamill.db.base import Base


class AssetRow(Base):
    """A tenant's right to some bytes; the bytes themselves are shared by everyone who has the same."""

    __tablename__ = "assets"
    __table_args__ = (
        UniqueConstraint("tenant_id", "sha256"),
        Index(
            "ix_assets_tenant_id_claim", "tenant_id", "claim", unique=True, postgresql_where=text("claim IS NOT NULL")
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    sha256: Mapped[str] = mapped_column(Text, index=True)
    media_type: Mapped[str] = mapped_column(Text)
    bytes: Mapped[int] = mapped_column(BigInteger)
    width: Mapped[int | None]
    height: Mapped[int | None]
    duration_s: Mapped[float | None]
    claim: Mapped[str | None] = mapped_column(Text)
    """Names what its content credentials say of the bytes that were signed. A signature is another one each time, so
    whoever would sign the same again gets this asset instead."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    kept_at: Mapped[datetime] = mapped_column(server_default=func.now())
    """When it was last made or uploaded; retention counts from here."""


class JobAsset(Base):
    """That a job made an asset, in a role."""

    __tablename__ = "job_assets"

    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    asset_id: Mapped[UUID] = mapped_column(ForeignKey("assets.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(Text, primary_key=True)


class AssetHold(Base):
    """That a tenant's own row holds on to an asset, such as a brand to its logo."""

    __tablename__ = "asset_holds"

    asset_id: Mapped[UUID] = mapped_column(ForeignKey("assets.id", ondelete="CASCADE"), primary_key=True)
    holder_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
