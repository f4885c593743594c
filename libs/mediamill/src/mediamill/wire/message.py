"""All that the broker ever sees."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

TASK = "mediamill.deliver"


class Delivery(NamedTuple):
    """A hand-over: the job, and the number that every write of this run must name."""

    job_id: UUID
    number: int
    queue: str


def broker_queue(queue: str) -> str:
    """Name the broker's queue of a Mediamill queue."""
    return f"mediamill.{queue}"
