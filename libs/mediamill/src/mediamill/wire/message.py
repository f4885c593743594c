"""All that the broker ever sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

TASK = "mediamill.deliver"
"""Its arguments are deliveries that one slot is to do in a row, each as ``[job, number]``."""


class Delivery(NamedTuple):
    """A hand-over: the job, and the number that every write of this run must name."""

    job_id: UUID
    number: int
    queue: str
    cohort: str | None = None
    """The workers that it is meant for, where not every worker of the queue has the job's generation."""
    traceparent: str | None = None
    """The context that the job was accepted in, for whoever traces; it does not go over the wire."""

    @property
    def wire(self) -> str:
        """The broker's queue that it goes to."""
        return broker_queue(self.queue) if self.cohort is None else cohort_queue(self.cohort)


class Received(NamedTuple):
    """A delivery as it comes off the wire."""

    job_id: UUID
    number: int


def parcels(deliveries: Sequence[Delivery], most: int) -> Iterator[Sequence[Delivery]]:
    """Cut deliveries of one wire into messages of at most ``most``."""
    return (deliveries[begin : begin + most] for begin in range(0, len(deliveries), most))


def broker_queue(queue: str) -> str:
    """Name the broker's queue of a Mediamill queue."""
    return f"mediamill.{queue}"


def cohort_queue(cohort: str) -> str:
    """Name the broker's queue of the workers that serve exactly the same, whatever their queues."""
    return f"mediamill.cohort.{cohort}"
