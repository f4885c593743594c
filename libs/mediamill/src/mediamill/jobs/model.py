"""The tables of jobs.

``jobs`` holds the truth and no index on anything that changes, so that its updates stay in their page. What is in
line, what is handed over and what waits live in narrow tables of their own, one row for as long as it is true.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, Numeric, Sequence, SmallInteger, Text, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mediamill.db.base import LARGE, NARROW, Base

UPDATED = {**NARROW, "fillfactor": "70"}


class Job(Base):
    """One accepted request of one kind."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_tenant_id_id", "tenant_id", "id"),
        Index("ix_jobs_parent_id", "parent_id", postgresql_where="parent_id IS NOT NULL"),
        Index("ix_jobs_tenant_id_kind_id", "tenant_id", "kind", "id"),
        {"postgresql_with": {"fillfactor": "60", **LARGE}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id"))
    kind: Mapped[str] = mapped_column(Text)
    queue: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    priority: Mapped[int] = mapped_column(SmallInteger)
    input: Mapped[dict[str, Any]]
    output: Mapped[dict[str, Any] | None]
    error: Mapped[dict[str, Any] | None]
    progress: Mapped[dict[str, Any] | None]
    attempt: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    crashes: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    delivery: Mapped[int] = mapped_column(server_default="0")
    """The fencing token: raised by every hand-over, named by every write of a run."""
    generation: Mapped[int | None] = mapped_column(SmallInteger)
    """Which generation of its kind's handler runs it: the highest that its first worker had, and no other ever."""
    seq: Mapped[int] = mapped_column(server_default="1")
    """The number of its last event."""
    parent_id: Mapped[UUID | None]
    parent_step: Mapped[int | None]
    root_id: Mapped[UUID]
    provider: Mapped[str | None] = mapped_column(Text)
    """Who serves it: the one that was named or came first, then whomever its chain has turned to."""
    pinned: Mapped[bool | None]
    """Whether the provider was named, so that no other may serve; null in rows of releases that did not write it."""
    key_id: Mapped[UUID | None]
    """The key that it was asked for with, whose budget counts; children have their parent's."""
    cost: Mapped[Decimal] = mapped_column(Numeric(14, 6), server_default="0")
    max_cost: Mapped[Decimal | None] = mapped_column(Numeric(14, 6))
    metadata_: Mapped[dict[str, Any]] = mapped_column("metadata", server_default="{}")
    cache: Mapped[str] = mapped_column(Text, server_default="off")
    fingerprint: Mapped[str] = mapped_column(Text)
    """SHA-256 of kind, version, provider and input: the same means the same answer."""
    version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    traceparent: Mapped[str | None] = mapped_column(Text)


class Line(Base):
    """A job that is in line: one row for as long as it is queued and not handed over."""

    __tablename__ = "lines"
    __table_args__ = (
        Index("ix_lines_order", "queue", "tenant_id", "rank", "priority", "job_id"),
        {"postgresql_with": NARROW},
    )

    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    queue: Mapped[str] = mapped_column(Text)
    tenant_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(Text)
    rank: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    """0 for what was begun before: woken, handed back, lost with its worker; 1 for the rest."""
    priority: Mapped[int] = mapped_column(SmallInteger)
    """Nine minus the job's priority, so that one ascending index gives the order."""
    run_at: Mapped[datetime] = mapped_column(server_default=func.now())
    generation: Mapped[int | None] = mapped_column(SmallInteger)
    """The job's, so that it is handed over where it is served."""
    provider: Mapped[str | None] = mapped_column(Text)
    """The job's, to be counted where the provider has a limit; null in rows of releases that did not write it."""


class Lease(Base):
    """A job that is handed over: published, then claimed by a worker, until its run ends."""

    __tablename__ = "leases"
    __table_args__ = {"postgresql_with": UPDATED}

    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    queue: Mapped[str] = mapped_column(Text)
    tenant_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(Text)
    delivery: Mapped[int]
    worker_id: Mapped[UUID | None]
    published_at: Mapped[datetime] = mapped_column(server_default=func.now())
    claimed_at: Mapped[datetime | None]
    provider: Mapped[str | None] = mapped_column(Text)


class Wait(Base):
    """What a parked job waits for: children, a time, a signal; or an equal job, which it follows."""

    __tablename__ = "waits"
    __table_args__ = (
        Index("ix_waits_followers", "tenant_id", "fingerprint", "run_at", postgresql_where="fingerprint IS NOT NULL"),
        {"postgresql_with": UPDATED},
    )

    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    ordinal: Mapped[int]
    pending: Mapped[int] = mapped_column(server_default="0")
    signal: Mapped[str | None] = mapped_column(Text)
    wake_at: Mapped[datetime | None] = mapped_column(index=True)
    tenant_id: Mapped[UUID | None]
    fingerprint: Mapped[str | None] = mapped_column(Text)
    """Of a follower: the flight that it waits for, with its tenant. Its leader may change, this does not."""
    run_at: Mapped[datetime | None]
    """Of a follower: its own, before which it neither ends nor leads."""


class Signal(Base):
    """A signal that was delivered and that its job has not read yet."""

    __tablename__ = "signals"
    __table_args__ = {"postgresql_with": NARROW}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(Text)
    payload: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))


class Deadline(Base):
    """When a job fails if it has not ended: one row per job that has a deadline, gone once it passed."""

    __tablename__ = "deadlines"
    __table_args__ = {"postgresql_with": NARROW}

    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)


class Idempotency(Base):
    """That a tenant's Idempotency-Key made a job."""

    __tablename__ = "idempotency"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    body_hash: Mapped[str] = mapped_column(Text)
    job_id: Mapped[UUID] = mapped_column(
        ForeignKey("jobs.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED"), index=True
    )


class Reuse(Base):
    """The latest success of a fingerprint, which ``cache: reuse`` answers from."""

    __tablename__ = "reuse"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(Text, primary_key=True)
    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), index=True)


class Flight(Base):
    """Equal work that ``cache: reuse`` has asked for: which job does it for all who ask. See ``coalesce``."""

    __tablename__ = "flights"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(Text, primary_key=True)
    leader_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), index=True)
    """The last one that led; whether it still does is told by its state."""
    leads_at: Mapped[datetime | None]
    """Its ``run_at``, if that had not come when it took the lead."""


class Worker(Base):
    """A worker process that registered; the lock that its session holds has ``number`` as its key."""

    __tablename__ = "workers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(Sequence("worker_numbers", data_type=Integer), unique=True)
    host: Mapped[str] = mapped_column(Text)
    pid: Mapped[int]
    queues: Mapped[list[str]] = mapped_column(ARRAY(Text))
    slots: Mapped[int]
    serves: Mapped[dict[str, Any] | None]
    """Its kinds and the generations of each, lowest first."""
    cohort: Mapped[str | None] = mapped_column(Text)
    """The name of all workers that serve exactly the same."""
    draining: Mapped[bool] = mapped_column(server_default="false")
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
