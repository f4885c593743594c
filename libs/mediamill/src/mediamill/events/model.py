"""The table of events and the closed set of their types."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from mediamill.db.base import Base


class EventType(StrEnum):
    """What an event can tell."""

    QUEUED = "job.queued"
    STARTED = "job.started"
    PROGRESS = "job.progress"
    LOG = "job.log"
    WAITING = "job.waiting"
    WOKEN = "job.woken"
    RETRYING = "job.retrying"
    HANDED_BACK = "job.handed_back"
    ASSET = "job.asset"
    SUCCEEDED = "job.succeeded"
    FAILED = "job.failed"
    CANCELED = "job.canceled"


class Xid8(UserDefinedType[int]):
    """Postgres's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Name the type."""
        return "xid8"


class Event(Base):
    """One status fact. ``seq`` has no gap within a job.

    ``number`` orders all events of a tenant but is drawn before commit; a reader of many jobs must therefore stop
    below the oldest open transaction, which ``xid`` is for.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_tenant_id_xid_number", "tenant_id", "xid", "number"),
        Index("ix_events_xid_number", "xid", "number"),
        Index(
            "ix_events_ended_badly",
            "tenant_id",
            "type",
            "job_id",
            postgresql_where="type IN ('job.failed', 'job.canceled')",
        ),
        {"postgresql_partition_by": "RANGE (job_id)"},
    )

    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    """No foreign key, which each event would look up: a trigger of ``jobs`` deletes what a deleted job leaves."""
    seq: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    xid: Mapped[int] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))
    tenant_id: Mapped[UUID]
    type: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    data: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
