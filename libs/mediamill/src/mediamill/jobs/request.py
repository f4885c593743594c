"""What a tenant asks for, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from mediamill.contracts import Ask
from mediamill.jobs.states import State
from mediamill.queues.registry import Kind


class JobWebhook(NamedTuple):
    """Who is told of a job: where, of what (``None``: the usual), with whom it shares its slots, in whose words."""

    url: str
    events: list[str] | None
    lane: str
    dialect: str = "native"


@dataclass(frozen=True)
class Request:
    """What a tenant asks for, validated."""

    tenant_id: UUID
    kind: Kind
    input: Ask
    priority: int = 5
    metadata: Mapping[str, str] = field(default_factory=dict)
    cache: str = "off"
    max_cost: Decimal | None = None
    deadline_s: float | None = None
    run_at: datetime | None = None
    provider: str | None = None
    """Who was named; no other may serve then."""
    head: str | None = None
    """Who comes first in the order that stands now and serves if nobody was named; else the kind's first provider."""
    key_id: UUID | None = None
    traceparent: str | None = None
    idempotency_key: str | None = None
    body_hash: str | None = None
    parent_id: UUID | None = None
    parent_step: int | None = None
    root_id: UUID | None = None
    webhook: JobWebhook | None = None
    loc: tuple[str | int, ...] = ()
    """Where it stands in what was posted, for the path of a wrong field."""

    @property
    def served_by(self) -> str:
        """Who is expected to serve, for the price and for the name of the work."""
        return self.provider or self.head or self.kind.manifest.providers[0]


class Accepted(NamedTuple):
    """What became of a request; ``fresh`` is false when an earlier one with the same key made the job."""

    job_id: UUID
    state: State
    fresh: bool
