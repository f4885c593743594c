"""What fal's clients are told."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from pydantic import BaseModel

IN_QUEUE: Final = "IN_QUEUE"
IN_PROGRESS: Final = "IN_PROGRESS"
COMPLETED: Final = "COMPLETED"


class Links(NamedTuple):
    """Where a request is read and cancelled."""

    response_url: str
    status_url: str
    cancel_url: str


class LogEntry(BaseModel):
    """One line of a request's log."""

    message: str
    level: str = "INFO"
    source: str = "USER"
    timestamp: str


class Metrics(BaseModel):
    """How long it took."""

    inference_time: float | None
    """Seconds from its start to its end."""


class Status(BaseModel):
    """Where a request is. Written without what was not set; ``logs`` is always there, as the Python client asks."""

    status: Literal["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]
    request_id: str
    response_url: str
    status_url: str
    cancel_url: str
    logs: list[LogEntry] | None
    queue_position: int | None = None
    metrics: Metrics | None = None
    error: str | None = None
    error_type: str | None = None

    def is_over(self) -> bool:
        """Tell whether there is a result, good or bad."""
        return self.status == COMPLETED

    def http(self) -> int:
        """Give the HTTP status that goes with it."""
        return 200 if self.is_over() else 202

    def json_bytes(self) -> bytes:
        """Write it."""
        return self.model_dump_json(exclude_unset=True).encode()
