"""What is told of a job. Times are UTC, lengths seconds, costs USD."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import BaseModel


class What(StrEnum):
    """What a job did for a while."""

    LINE = "line"
    """It was in line, or handed over and not begun."""
    RUN = "run"
    WAIT = "wait"


class Stretch(BaseModel):
    """A while in which a job did one thing."""

    what: What
    began_at: datetime
    ended_at: datetime | None = None
    """Null while it goes on."""
    delivery: int | None = None
    """Of a run: its number."""
    attempt: int | None = None
    why: str = ""
    """Of a run: how it ended. Of a wait: for what. Of a line: after what."""

    def seconds(self, now: datetime) -> float:
        """Tell how long it took, so far."""
        return ((self.ended_at or now) - self.began_at).total_seconds()


class StepStory(BaseModel):
    """A step of the journal, and what it cost."""

    ordinal: int
    name: str
    type: str
    state: str
    delivery: int
    """The run that wrote it last."""
    began_at: datetime
    ended_at: datetime | None
    cost: Decimal
    """What was settled, less what was refunded."""
    vendor: str | None
    prediction: str | None
    """Its id at the vendor."""
    prediction_state: str | None
    looks: int | None
    """How often the conductor looked at it."""


class WebhookStory(BaseModel):
    """An event on its way to a receiver."""

    event: str
    host: str
    state: str
    attempts: int
    created_at: datetime
    delivered_at: datetime | None
    last: str | None
    """What the last try came to."""


class Told(BaseModel):
    """An event."""

    seq: int
    type: str
    at: datetime
    data: dict[str, Any]


class Holder(BaseModel):
    """The worker that has the job now."""

    host: str
    pid: int
    delivery: int
    since: datetime


class Awaited(BaseModel):
    """What a job waits for now."""

    reason: str
    pending: int
    signal: str | None
    until: datetime | None


class JobStory(BaseModel):
    """A job and what became of it."""

    id: str
    kind: str
    queue: str
    state: str
    tenant_id: str
    parent_id: str | None
    provider: str | None
    priority: int
    attempt: int
    crashes: int
    delivery: int
    cost: Decimal
    error: dict[str, Any] | None
    trace_id: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    worker: Holder | None = None
    waits_for: Awaited | None = None
    stretches: list[Stretch] = []
    steps: list[StepStory] = []
    webhooks: list[WebhookStory] = []
    events: list[Told] = []
    """Of the job that was asked for all, of its children none."""
    children: list[JobStory] = []


class Story(BaseModel):
    """What is told of a job and everything that it began."""

    at: datetime
    """The database's time when it was read."""
    job: JobStory
    jobs: int
    """How many jobs are told of."""
    cost: Decimal
    """Of all of them."""
    is_cut: bool
    """Whether there are more jobs than are told of."""
