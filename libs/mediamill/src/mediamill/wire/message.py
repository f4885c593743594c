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
    cohort: str | None = None
    """The workers that it is meant for, where not every worker of the queue has the job's generation."""

    @property
    def wire(self) -> str:
        """The broker's queue that it goes to."""
        return broker_queue(self.queue) if self.cohort is None else cohort_queue(self.cohort)


def broker_queue(queue: str) -> str:
    """Name the broker's queue of a Mediamill queue."""
    return f"mediamill.{queue}"


def cohort_queue(cohort: str) -> str:
    """Name the broker's queue of the workers that serve exactly the same, whatever their queues."""
    return f"mediamill.cohort.{cohort}"
