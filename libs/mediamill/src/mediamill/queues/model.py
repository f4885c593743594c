"""The tables that the dispatcher and the calendar keep."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from mediamill.db.base import Base


class QueueState(Base):
    """What is remembered of a queue: whether it is paused, and whose turn it is."""

    __tablename__ = "queues"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    paused: Mapped[bool] = mapped_column(server_default="false")
    turns: Mapped[dict[str, Any]] = mapped_column(server_default="{}")


class Schedule(Base):
    """Something that the calendar does again and again; ``next_at`` moves by one guarded update, so once each time."""

    __tablename__ = "schedules"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    every_s: Mapped[int]
    action: Mapped[str] = mapped_column(Text)
    tenant_id: Mapped[UUID | None] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    body: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    next_at: Mapped[datetime]
