"""Consuming: one Celery worker whose one task hands each delivery to ``deliver``."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from celery import Celery, Task
from celery.signals import worker_ready, worker_shutting_down

from mediamill.wire.message import TASK

log = logging.getLogger(__name__)


def consume(
    app: Celery,
    wires: Sequence[str],
    *,
    pool: str,
    threads: int,
    deliver: Callable[[UUID, int], None],
    on_ready: Callable[[], None],
    on_stopping: Callable[[], None],
) -> int:
    """Work until SIGTERM, then until the last delivery has ended; give the exit code.

    ``wires`` are the broker's queues; ``threads`` is how many deliveries are taken at once. ``on_stopping`` is called
    when no more deliveries are taken and some may still run.
    """
    app.task(_only_consumed, name=TASK, shared=False, Strategy=staticmethod(handing_to(deliver)))

    def ready(**_: Any) -> None:
        on_ready()

    def stopping(**_: Any) -> None:
        on_stopping()

    worker_ready.connect(ready, weak=False)
    worker_shutting_down.connect(stopping, weak=False)
    worker = app.Worker(
        pool=pool,
        concurrency=threads,
        queues=list(wires),
        without_mingle=True,
        without_gossip=True,
        without_heartbeat=True,
        loglevel="INFO",
        quiet=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


def handing_to(deliver: Callable[[UUID, int], None]) -> Callable[..., Callable[..., None]]:
    """Make Celery's way of taking a message of the task: hand it to a thread of the pool, and no more.

    Its default keeps a request, limits rates, traces and stores results of every task, none of which means anything
    for a message that only says "look at this job".
    """

    def run(job_id: UUID, number: int) -> None:
        try:
            deliver(job_id, number)
        except Exception:
            log.exception("a delivery broke", extra={"job_id": str(job_id), "delivery": number})

    def strategy(_task: Task[Any, Any], _app: Celery, consumer: Any, **_options: Any) -> Callable[..., None]:
        hand_over, away = consumer.pool.apply_async, consumer.connection_errors

        def taken(message: Any, _payload: Any, acknowledge: Callable[..., None], *_: Any, **_more: Any) -> None:
            def ack(*_: Any) -> None:
                acknowledge(log, away)

            try:
                (job_id, number), *_ = message.decode()
                delivery = UUID(job_id), int(number)
            except (ValueError, TypeError, AttributeError) as error:
                log.warning("what is no delivery was dropped: %s", type(error).__name__)
                ack()
                return
            hand_over(run, delivery, accept_callback=ack, callback=_nothing)

        return taken

    return strategy


def _nothing(_result: None) -> None:
    """Take the result that there is not."""


def _only_consumed(job_id: str, number: int) -> None:
    """Name the task; its messages are taken by the strategy and never run as Celery would run them."""
    raise NotImplementedError(job_id, number)
