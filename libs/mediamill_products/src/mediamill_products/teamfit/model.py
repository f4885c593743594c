"""The tables of teamfit. Quota and status are nowhere in them: both are told from the jobs that requests began."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, SmallInteger, Text, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from mediamill.db.base import Base


class Organisation(Base):
    """Whose teams they are: its plan, how far it is trusted, and how much it may ask for in a month."""

    __tablename__ = "teamfit_organisations"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Text)
    plan: Mapped[str | None] = mapped_column(ForeignKey("plans.name"))
    """Its own; null is its tenant's."""
    trust_score: Mapped[int] = mapped_column(SmallInteger, server_default="70")
    """From 0 to 100."""
    monthly_quota: Mapped[int] = mapped_column(server_default="10")
    """Requests that succeed, in a calendar month of UTC."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Team(Base):
    """Who does the activities."""

    __tablename__ = "teamfit_teams"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    organisation_id: Mapped[UUID] = mapped_column(
        ForeignKey("teamfit_organisations.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(Text)
    about: Mapped[str] = mapped_column(Text, server_default="")
    people: Mapped[int] = mapped_column(SmallInteger, server_default="6")
    setting: Mapped[str] = mapped_column(Text, server_default="in_person")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Material(Base):
    """A text of a team's own. It is kept here, not as an asset: retention forgets assets that no job uses."""

    __tablename__ = "teamfit_materials"
    __table_args__ = (UniqueConstraint("team_id", "sha256"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    team_id: Mapped[UUID] = mapped_column(ForeignKey("teamfit_teams.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)
    """Of its text: the same text again is the same material."""
    pages: Mapped[int | None]
    text: Mapped[str] = mapped_column(Text)
    is_cut: Mapped[bool]
    """Whether the file said more than is kept."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ActivityRequest(Base):
    """That a team asked for activities: written with the job that makes them, and never changed."""

    __tablename__ = "teamfit_requests"
    __table_args__ = (Index("ix_teamfit_requests_organisation_id", "organisation_id", "month"),)

    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    """No foreign key: retention forgets jobs, and what a month has used outlives them."""
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("teamfit_organisations.id", ondelete="CASCADE"))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teamfit_teams.id", ondelete="SET NULL"), index=True)
    month: Mapped[date]
    """The first day of the month, in UTC by the database's clock, whose quota it uses if it succeeds."""
    person: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
