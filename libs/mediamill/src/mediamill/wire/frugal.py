"""A consumer that is given one message of each queue at a time: what it has not begun, another worker may have.

On RabbitMQ a prefetch counts for each queue that is consumed, so Celery's own, a message for each thread, would let
a worker of ten queues hold ten times that. A message is acknowledged as soon as a thread has it, so one is enough.
"""

from __future__ import annotations

from typing import Any

from celery.worker.consumer import Consumer


class Frugal(Consumer):  # type: ignore[misc]  # Celery has no types
    """Celery's consumer with the smallest prefetch that there is."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "initial_prefetch_count": 1})
