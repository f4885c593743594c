"""The table of storymaker: whose turn it is. What its jobs are and how they stand, the jobs tell."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from mediamill.db.base import Base


class StoryTurn(Base):
    """How much of a person's limit for one operation is used up: all of it once ``until`` is a minute ahead."""

    __tablename__ = "story_turns"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    person: Mapped[str] = mapped_column(Text, primary_key=True)
    operation: Mapped[str] = mapped_column(Text, primary_key=True)
    until: Mapped[datetime]
