"""Publishing: what is lost here, the sweep publishes again."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection
from typing import Protocol

import redis
from celery import Celery
from kombu.exceptions import OperationalError
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from mediamill.wire.envelope import envelope
from mediamill.wire.message import TASK, Delivery

log = logging.getLogger(__name__)

PATIENCE_S = 5
CONNECT_S = 2


class Publisher(Protocol):
    """Puts deliveries on the wire."""

    def publish(self, deliveries: Collection[Delivery]) -> int:
        """Publish and tell how many went; a broker that is away costs nothing but the wait for it."""


def publisher(app: Celery) -> Publisher:
    """Give what publishes to the application's broker at the least cost."""
    url = str(app.conf.broker_url)
    return ToRedis(url) if url.startswith(("redis://", "rediss://")) else ThroughCelery(app)


class ToRedis:
    """Pushes ready-made messages, all in one round trip; Celery's own way costs ten times as much."""

    def __init__(self, url: str) -> None:
        # The second try is for a connection that was cut while it was idle; a message that comes twice runs once.
        twice = Retry(NoBackoff(), 1)
        self._redis = redis.Redis.from_url(
            url,
            socket_timeout=PATIENCE_S,
            socket_connect_timeout=CONNECT_S,
            socket_keepalive=True,
            retry=twice,
        )

    def publish(self, deliveries: Collection[Delivery]) -> int:
        """Publish and tell how many went."""
        texts: defaultdict[str, list[str]] = defaultdict(list)
        for delivery in deliveries:
            texts[delivery.wire].append(envelope(delivery))
        try:
            with self._redis.pipeline(transaction=False) as pipeline:
                for queue, found in texts.items():
                    pipeline.lpush(queue, *found)
                pipeline.execute()
        except (RedisError, OSError) as error:
            log.warning("the broker is away: %s", type(error).__name__)
            return 0
        return len(deliveries)


class ThroughCelery:
    """Any broker that Celery can talk to."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        with app.connection_for_write() as connection:
            self._away = (OperationalError, OSError, *connection.recoverable_connection_errors)

    def publish(self, deliveries: Collection[Delivery]) -> int:
        """Publish and tell how many went."""
        sent = 0
        try:
            with self._app.producer_or_acquire() as producer:
                for delivery in deliveries:
                    self._app.send_task(
                        TASK,
                        args=(str(delivery.job_id), delivery.number),
                        queue=delivery.wire,
                        producer=producer,
                        retry=False,
                    )
                    sent += 1
        except self._away as error:
            log.warning("the broker is away: %s", type(error).__name__)
        return sent
