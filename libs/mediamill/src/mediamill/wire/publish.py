"""Publishing: what is lost here, the sweep publishes again."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from celery import Celery
from kombu.exceptions import OperationalError

from mediamill.wire.message import TASK, Delivery, broker_queue

log = logging.getLogger(__name__)


class Publisher:
    """Puts deliveries on the wire."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        with app.connection_for_write() as connection:
            self._away = (OperationalError, OSError, *connection.recoverable_connection_errors)

    def publish(self, deliveries: Iterable[Delivery]) -> int:
        """Publish and tell how many went; a broker that is away costs nothing but the wait for it."""
        sent = 0
        try:
            with self._app.producer_or_acquire() as producer:
                for delivery in deliveries:
                    self._app.send_task(
                        TASK,
                        args=(str(delivery.job_id), delivery.number),
                        queue=broker_queue(delivery.queue),
                        producer=producer,
                        retry=False,
                    )
                    sent += 1
        except self._away as error:
            log.warning("the broker is away: %s", type(error).__name__)
        return sent
