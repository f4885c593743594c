"""The spans of hand-overs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mediamill import clock
from mediamill.jobs.tracing import Handed
from mediamill.telemetry import traces
from mediamill.wire.message import Delivery


def begin() -> int:
    """Give the time at which a hand-over begins, in nanoseconds since 1970; 0 where nobody wants to know."""
    return clock.epoch_ns() if traces.is_on() else 0


def delivery(row: Any, queue: str, cohort: str | None = None) -> Delivery:
    """Make a delivery of a job that was moved."""
    return Delivery(row.id, row.delivery, queue, cohort, row.traceparent)


def write_handed_over(deliveries: Sequence[Delivery], began_ns: int) -> None:
    """Write down the hand-over of each job that is traced, after it was published."""
    if not traces.is_on():
        return
    for one in deliveries:
        if one.traceparent is not None:
            Handed(one.job_id, one.number, one.queue, "", one.traceparent).handing_over(began_ns).end()
