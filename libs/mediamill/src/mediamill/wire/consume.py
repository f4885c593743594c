"""Consuming: one Celery worker whose one task hands each delivery to ``deliver``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from celery import Celery
from celery.signals import worker_ready, worker_shutting_down

from mediamill.wire.message import TASK, broker_queue


def consume(
    app: Celery,
    queues: Sequence[str],
    *,
    pool: str,
    threads: int,
    deliver: Callable[[UUID, int], None],
    on_ready: Callable[[], None],
    on_stopping: Callable[[], None],
) -> int:
    """Work until SIGTERM, then until the last delivery has ended; give the exit code.

    ``threads`` is how many deliveries are taken at once. ``on_stopping`` is called when no more deliveries are taken
    and some may still run.
    """

    def task(job_id: str, number: int) -> None:
        deliver(UUID(job_id), number)

    app.task(task, name=TASK, ignore_result=True)

    def ready(**_: Any) -> None:
        on_ready()

    def stopping(**_: Any) -> None:
        on_stopping()

    worker_ready.connect(ready, weak=False)
    worker_shutting_down.connect(stopping, weak=False)
    worker = app.Worker(
        pool=pool,
        concurrency=threads,
        queues=[broker_queue(queue) for queue in queues],
        without_mingle=True,
        without_gossip=True,
        without_heartbeat=True,
        loglevel="INFO",
        quiet=True,
    )
    worker.start()
    return int(worker.exitcode or 0)
