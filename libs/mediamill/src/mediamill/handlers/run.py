"""One run of a job: its claim, its fence, and why it was stopped."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from mediamill.clock import monotonic
from mediamill.jobs.restored import RESTORED
from mediamill.processes import ProcessOwner
from mediamill.queues.registry import Kind


class Stop(StrEnum):
    """Why a run was told to stop."""

    LOST = "lost"
    """The job was taken from this run: cancelled, expired, or handed to another worker."""
    DRAIN = "drain"
    """The worker is stopping and its grace is over."""
    TIMEOUT = "timeout"
    """The kind's soft time limit has passed."""


@dataclass
class Run:
    """A claimed job in this process."""

    job_id: UUID
    tenant_id: UUID
    kind: Kind
    delivery: int
    attempt: int
    generation: int
    crashes: int
    seq: int
    priority: int
    parent_id: UUID | None
    root_id: UUID
    input: dict[str, Any]
    provider: str | None
    key_id: UUID | None
    cache: str
    fingerprint: str
    max_cost: Decimal | None
    progress: dict[str, Any] | None
    is_pinned: bool
    """Whether its provider was named, so that no other may serve."""
    traceparent: str | None = None
    """The context that the job was accepted in, if it is traced."""
    model: str | None = None
    """What the provider serves with, as its vendor names it, once it was chosen."""
    saved: set[str] = field(default_factory=set)
    """The assets that this run has saved."""
    owner: ProcessOwner = field(default_factory=ProcessOwner)
    began: float = field(default_factory=monotonic)
    stop_reason: Stop | None = None

    @classmethod
    def of(cls, row: Any, kind: Kind) -> Run:
        """Make a run of a claim's row."""
        return cls(
            job_id=row.id,
            tenant_id=row.tenant_id,
            kind=kind,
            delivery=row.delivery,
            attempt=row.attempt,
            generation=row.generation,
            crashes=row.crashes,
            seq=row.seq,
            priority=row.priority,
            parent_id=row.parent_id,
            root_id=row.root_id,
            input=row.input,
            provider=row.provider,
            key_id=row.key_id,
            cache=row.cache,
            fingerprint=row.fingerprint,
            max_cost=row.max_cost,
            progress=row.progress,
            is_pinned=bool(row.pinned),
            traceparent=row.traceparent,
        )

    def stop(self, reason: Stop) -> None:
        """Stop the run at its next call to the context and end its children. The first reason counts."""
        if self.stop_reason is None:
            self.stop_reason = reason
            self.owner.stop()

    @property
    def is_restored(self) -> bool:
        """Whether the job came out of a backup, so that more may have been bought for it than is written down."""
        return self.delivery >= RESTORED

    @property
    def is_first(self) -> bool:
        """Whether the journal must be empty, as no worker was handed this job before."""
        return self.delivery == 1
