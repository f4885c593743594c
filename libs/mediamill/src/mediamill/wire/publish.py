"""Publishing: what is lost here, the sweep publishes again."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from celery import Celery
from kombu.exceptions import OperationalError

from mediamill.wire.message import TASK, Delivery, broker_queue

log = logging.getLogger(__name__)


def publish(app: Celery, deliveries: Iterable[Delivery]) -> int:
    """Put deliveries on the wire and tell how many went; a broker that is away costs nothing but the wait for it."""
    sent = 0
    with app.connection_for_write() as connection:
        away = (OperationalError, OSError, *connection.recoverable_connection_errors)
    try:
        with app.producer_or_acquire() as producer:
            for delivery in deliveries:
                app.send_task(
                    TASK,
                    args=(str(delivery.job_id), delivery.number),
                    queue=broker_queue(delivery.queue),
                    producer=producer,
                    retry=False,
                )
                sent += 1
    except away as error:
        log.warning("the broker is away: %s", type(error).__name__)
    return sent
