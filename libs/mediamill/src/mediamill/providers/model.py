"""The tables of providers: purchases that steps wait for, limits, circuits, and what operators set at run time."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, SmallInteger, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from mediamill.db.base import NARROW, Base


class PredictionState(StrEnum):
    """How far a purchase is."""

    INTENT = "intent"
    """It may or may not have reached the vendor."""
    REFUSED = "refused"
    """The vendor said that it takes nothing now: there is no prediction."""
    WAITING = "waiting"
    DONE = "done"
    """It has ended, and the journal holds how."""
    CANCEL = "cancel"
    """Nobody wants it any more, and the vendor must be told."""
    DROPPED = "dropped"
    """The vendor was told."""


class PredictionRow(Base):
    """A prediction of a job's step. What it gave is in the journal."""

    __tablename__ = "predictions"
    __table_args__ = (
        Index("ix_predictions_vendor_next_at", "vendor", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        Index("uq_predictions_vendor_vendor_id", "vendor", "vendor_id", unique=True),
        Index("uq_predictions_token_hash", "token_hash", unique=True),
    )

    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    purchase: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    attempt: Mapped[int] = mapped_column(SmallInteger)
    """The job's attempt that bought it; only another attempt buys again."""
    vendor: Mapped[str] = mapped_column(Text)
    vendor_id: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime] = mapped_column(server_default=func.now())
    next_at: Mapped[datetime | None]
    """When the conductor looks at it next; null when nothing is left to do."""
    polls: Mapped[int] = mapped_column(SmallInteger, server_default="0")


class QuotaRow(Base):
    """What is left of a limited provider's rate, and which tenant's turn it is there."""

    __tablename__ = "quotas"
    __table_args__ = {"postgresql_with": {**NARROW, "fillfactor": "50"}}

    provider: Mapped[str] = mapped_column(Text, primary_key=True)
    tokens: Mapped[float]
    at: Mapped[datetime]
    """When there were so many."""
    turns: Mapped[dict[str, Any]] = mapped_column(server_default="{}")


class PaceRow(Base):
    """When something that may be asked only so often may be asked next, by whichever worker."""

    __tablename__ = "paces"
    __table_args__ = {"postgresql_with": {**NARROW, "fillfactor": "50"}}

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    next_at: Mapped[datetime]


class CircuitRow(Base):
    """That a provider's model failed lately: a model that is well has no row. All workers share it."""

    __tablename__ = "circuits"
    __table_args__ = {"postgresql_with": {**NARROW, "fillfactor": "50"}}

    provider: Mapped[str] = mapped_column(Text, primary_key=True)
    model: Mapped[str] = mapped_column(Text, primary_key=True)
    failures: Mapped[int]
    """How many in a row."""
    opened_at: Mapped[datetime | None]
    """Since when nobody submits; null while it is closed."""
    retry_at: Mapped[datetime | None]
    """When the next probe may pass."""
    rests: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    """How often it was given a rest since it was well; each is twice as long as the one before."""
    reason: Mapped[str] = mapped_column(Text, server_default="")
    """What the last failure said."""


class ChainRow(Base):
    """Who serves a kind, in this order, for one tenant or (null) for all that have no order of their own."""

    __tablename__ = "chains"
    __table_args__ = (UniqueConstraint("kind", "tenant_id", postgresql_nulls_not_distinct=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    kind: Mapped[str] = mapped_column(Text)
    tenant_id: Mapped[UUID | None] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    providers: Mapped[list[str]] = mapped_column(ARRAY(Text))
    set_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SwitchRow(Base):
    """Whether a provider may be used, as an operator set it; without a row it may."""

    __tablename__ = "switches"

    provider: Mapped[str] = mapped_column(Text, primary_key=True)
    enabled: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text, server_default="")
    set_at: Mapped[datetime] = mapped_column(server_default=func.now())
