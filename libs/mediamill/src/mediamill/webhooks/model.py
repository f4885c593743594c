"""The tables of webhooks.

Events are read by their number after they were committed; a job's transactions know nothing of who is told.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mediamill.db.base import Base
from mediamill.events.model import Xid8


class WebhookEndpoint(Base):
    """A URL that a tenant wants to be told at; ``events`` is null for the usual ones."""

    __tablename__ = "webhook_endpoints"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"), index=True)
    url: Mapped[str] = mapped_column(Text)
    events: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    failing_since: Mapped[datetime | None]
    """When the first failure after its last success was; null while it works."""
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[str | None] = mapped_column(Text)


class JobWebhook(Base):
    """A URL that is told of one job."""

    __tablename__ = "job_webhooks"

    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    events: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    lane: Mapped[str] = mapped_column(Text)
    dialect: Mapped[str] = mapped_column(Text, server_default="native")
    """In whose words it is told: a name of ``webhooks.dialects.DIALECTS``."""


class WebhookDelivery(Base):
    """One event on its way to one receiver. A try is claimed by raising ``attempts``, which fences its result."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("job_id", "seq", "lane"),
        Index("ix_webhook_deliveries_endpoint_id_id", "endpoint_id", "id"),
        Index("ix_webhook_deliveries_due_at", "due_at", postgresql_where="due_at IS NOT NULL"),
        Index("ix_webhook_deliveries_lane_due_at", "lane", "due_at", postgresql_where="due_at IS NOT NULL"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    endpoint_id: Mapped[UUID | None] = mapped_column(ForeignKey("webhook_endpoints.id", ondelete="CASCADE"))
    """Null for a job's own webhook."""
    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    seq: Mapped[int]
    lane: Mapped[str] = mapped_column(Text)
    """Deliveries of one lane share a few slots, so that a receiver that hangs holds up only itself."""
    state: Mapped[str] = mapped_column(Text, server_default="pending")
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    failures: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    """Tries that failed since the event or since it was last asked for again; the schedule counts by it."""
    due_at: Mapped[datetime | None] = mapped_column(server_default=func.now())
    """When to try, or while it is being sent when to think that the sender died; null at rest."""
    tries: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    delivered_at: Mapped[datetime | None]


class WebhookPosition(Base):
    """Up to which event deliveries were made: one row."""

    __tablename__ = "webhook_position"

    one: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    xid: Mapped[int] = mapped_column(Xid8)
    number: Mapped[int] = mapped_column(BigInteger, server_default="0")
