"""Consuming: one Celery worker whose one task hands each message's deliveries to ``deliver``."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from celery import Celery, Task
from celery.signals import worker_ready, worker_shutting_down

from mediamill.wire.message import TASK, Received

log = logging.getLogger(__name__)

Deliver = Callable[[Sequence[Received]], None]
"""Does deliveries in a row."""


def consume(
    app: Celery,
    wires: Sequence[str],
    *,
    pool: str,
    threads: int,
    deliver: Deliver,
    on_ready: Callable[[], None],
    on_stopping: Callable[[], None],
) -> int:
    """Work until SIGTERM, then until the last delivery has ended; give the exit code.

    ``wires`` are the broker's queues; ``threads`` is how many messages are taken at once. ``on_stopping`` is called
    when no more messages are taken and some may still run.
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


def handing_to(deliver: Deliver) -> Callable[..., Callable[..., None]]:
    """Make Celery's way of taking a message of the task: hand it to a thread of the pool, and no more.

    Its default keeps a request, limits rates, traces and stores results of every task, none of which means anything
    for a message that only says "look at this job".
    """

    def run(parcel: Sequence[Received]) -> None:
        try:
            deliver(parcel)
        except Exception:
            log.exception("a delivery broke", extra={"job_ids": [str(delivery.job_id) for delivery in parcel]})

    def strategy(_task: Task[Any, Any], _app: Celery, consumer: Any, **_options: Any) -> Callable[..., None]:
        hand_over, away = consumer.pool.apply_async, consumer.connection_errors

        def taken(message: Any, _payload: Any, acknowledge: Callable[..., None], *_: Any, **_more: Any) -> None:
            def ack(*_: Any) -> None:
                acknowledge(log, away)

            try:
                parcel = received(message.decode())
            except (ValueError, TypeError, AttributeError) as error:
                log.warning("what is no delivery was dropped: %s", type(error).__name__)
                ack()
                return
            hand_over(run, (parcel,), accept_callback=ack, callback=_nothing)

        return taken

    return strategy


def received(body: Any) -> list[Received]:
    """Read a message's deliveries. Raises ``ValueError``, ``TypeError`` or ``AttributeError`` where it holds others."""
    arguments, *_ = body
    found = [Received(UUID(job_id), int(number)) for job_id, number in arguments]
    if not found:
        raise ValueError("no delivery")
    return found


def _nothing(_result: None) -> None:
    """Take the result that there is not."""


def _only_consumed(*deliveries: list[Any]) -> None:
    """Name the task; its messages are taken by the strategy and never run as Celery would run them."""
    raise NotImplementedError(deliveries)
