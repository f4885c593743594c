"""The tables of tenants, of their people and keys, and of the plans that limit them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Numeric, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from mediamill.db.base import NARROW, Base


class Plan(Base):
    """What tenants may use; a limit that is null is none."""

    __tablename__ = "plans"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    is_paid: Mapped[bool] = mapped_column(server_default="false")
    """Whether products offer its tenants what they keep for customers who pay."""
    weight: Mapped[int] = mapped_column(server_default="1")
    max_running: Mapped[int | None]
    max_queued: Mapped[int | None]
    max_monthly: Mapped[int | None]
    max_bytes: Mapped[int | None] = mapped_column(BigInteger)
    keep_jobs_days: Mapped[int | None]
    """So long are finished jobs kept; as with the others, null is as long as MEDIAMILL_RETENTION_DAYS says."""
    keep_events_days: Mapped[int | None]
    """So long are the events kept that lie between a job and its end; no longer than the job."""
    keep_assets_days: Mapped[int | None]
    """So long are assets kept after they were last made, uploaded or used."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Thinned(Base):
    """Up to which of a tenant's jobs their events in between are gone."""

    __tablename__ = "thinned"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    up_to: Mapped[UUID]


class Tenant(Base):
    """Who owns things; its weight is its share of every contended queue.

    Its limits are those that hold, written out so that whoever admits or hands over a job reads this row and no other.
    Those that ``own`` does not name are its plan's: ``plans`` writes them with every change of the one or the other.
    """

    __tablename__ = "tenants"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    plan: Mapped[str] = mapped_column(ForeignKey("plans.name"), server_default="free", index=True)
    own: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """The limits that are this tenant's own, whatever its plan says."""
    weight: Mapped[int] = mapped_column(server_default="1")
    max_running: Mapped[int | None]
    """Jobs at once."""
    max_queued: Mapped[int | None]
    """Jobs in line."""
    max_monthly: Mapped[int | None]
    """Jobs that are accepted in a calendar month, in UTC; what a job begins itself is not counted."""
    max_bytes: Mapped[int | None] = mapped_column(BigInteger)
    """Bytes of its assets; over it, nothing more is uploaded."""
    budget: Mapped[Decimal | None] = mapped_column(Numeric(14, 6))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class User(Base):
    """A person within a tenant; what they may do with a key of theirs is told by their role."""

    __tablename__ = "users"
    __table_args__ = (
        Index(
            "uq_users_tenant_id_email",
            "tenant_id",
            text("lower(email)"),
            unique=True,
            postgresql_where=text("removed_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text, server_default="")
    role: Mapped[str] = mapped_column(Text, server_default="member")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    removed_at: Mapped[datetime | None]
    """When they left; the row stays, so that one can see whose a job was."""


class ApiKey(Base):
    """A key; only its SHA-256 is kept, and ``prefix`` so that its owner can tell it from others."""

    __tablename__ = "api_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    """Whose it is; null for one of the tenant as such, as its servers use it."""
    name: Mapped[str] = mapped_column(Text, server_default="")
    prefix: Mapped[str] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    budget: Mapped[Decimal | None] = mapped_column(Numeric(14, 6))
    """USD per calendar month, beneath its tenant's."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class MonthlyJobs(Base):
    """How many jobs were accepted of a tenant in a month; only tenants with such a limit have rows. See ``quota``."""

    __tablename__ = "monthly_jobs"
    __table_args__ = {"postgresql_with": {**NARROW, "fillfactor": "50"}}

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    jobs: Mapped[int]
