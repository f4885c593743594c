"""What the API answers, as far as the command line looks into it; the rest is kept and passed on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

FINAL = frozenset({"succeeded", "failed", "canceled"})


class Told(BaseModel):
    """An answer; fields that this version does not know are kept."""

    model_config = ConfigDict(frozen=True, extra="allow")


class Progress(Told):
    """How far a job is."""

    current: float = 0
    total: float = 1
    message: str | None = None

    @property
    def share(self) -> float:
        """The part that is done, from 0 to 1."""
        return min(1.0, max(0.0, self.current / self.total)) if self.total > 0 else 0.0


class JobError(Told):
    """Why a job failed."""

    code: str = "failed"
    message: str = ""


class Asset(Told):
    """Immutable bytes."""

    id: str
    role: str = "output"
    media_type: str = "application/octet-stream"
    bytes: int = 0
    duration_s: float | None = None


class WaitingFor(Told):
    """Why a job does not run."""

    reason: str
    detail: str = ""


class Job(Told):
    """One accepted request."""

    id: str
    kind: str
    queue: str = ""
    state: str
    output: dict[str, Any] | None = None
    error: JobError | None = None
    progress: Progress | None = None
    waiting_for: WaitingFor | None = None
    attempt: int = 1
    parent_id: str | None = None
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def is_final(self) -> bool:
        """Whether it has ended."""
        return self.state in FINAL

    @property
    def assets(self) -> list[Asset]:
        """The assets of its output."""
        found = (self.output or {}).get("assets") or []
        return [Asset.model_validate(asset) for asset in found]


class Event(Told):
    """One status fact."""

    seq: int
    job_id: str
    type: str
    at: datetime
    data: dict[str, Any] = {}
