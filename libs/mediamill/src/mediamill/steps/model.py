"""The table of the journal."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mediamill.db.base import Base


class StepType(StrEnum):
    """What a journaled step is."""

    STEP = "step"
    EFFECT = "effect"
    CHILDREN = "children"
    TIMER = "timer"
    SIGNAL = "signal"
    PREDICTION = "prediction"


class StepState(StrEnum):
    """How far it came."""

    INTENT = "intent"
    """It may or may not have happened."""
    REFUSED = "refused"
    """It surely did not happen, and may be tried again."""
    DONE = "done"


class Step(Base):
    """One journaled side effect, matched on replay by its ordinal and checked by its name and type."""

    __tablename__ = "steps"
    __table_args__ = {"postgresql_partition_by": "RANGE (job_id)"}

    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    """No foreign key, as in ``events``."""
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    result: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    delivery: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    finished_at: Mapped[datetime | None]
