"""Publishing: what is lost here, the sweep publishes again."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

import redis
from celery import Celery
from kombu.exceptions import OperationalError
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from mediamill.wire.envelope import envelope
from mediamill.wire.message import TASK, Delivery, parcels

log = logging.getLogger(__name__)

PATIENCE_S = 5
CONNECT_S = 2


class Publisher(Protocol):
    """Puts deliveries on the wire."""

    def publish(self, deliveries: Collection[Delivery], in_a_row: int = 1) -> int:
        """Publish and tell how many went; a broker that is away costs nothing but the wait for it.

        One slot takes up to ``in_a_row`` of them at once and does them one after the other.
        """


def publisher(app: Celery) -> Publisher:
    """Give what publishes to the application's broker at the least cost."""
    url = str(app.conf.broker_url)
    return ToRedis(url) if url.startswith(("redis://", "rediss://")) else ThroughCelery(app)


class ToRedis:
    """Pushes ready-made messages, all in one round trip; Celery's own way costs ten times as much."""

    def __init__(self, url: str) -> None:
        # One try at connecting, since a dispatcher that waits for a broker serves nobody.
        once = Retry(NoBackoff(), 0)
        self._pool = redis.ConnectionPool.from_url(
            url,
            socket_timeout=PATIENCE_S,
            socket_connect_timeout=CONNECT_S,
            socket_keepalive=True,
            retry=once,
        )

    def publish(self, deliveries: Collection[Delivery], in_a_row: int = 1) -> int:
        """Publish and tell how many went."""
        by_wire = _by_wire(deliveries)
        try:
            self._push({wire: [envelope(parcel) for parcel in parcels(found, in_a_row)] for wire, found in by_wire})
        except (RedisError, OSError) as error:
            log.warning("the broker is away: %s", type(error).__name__)
            return 0
        return len(deliveries)

    def _push(self, texts: Mapping[str, Sequence[str]]) -> None:
        """Push on a connection of the pool, without what redis-py does around a command of its own."""
        try:
            self._push_once(texts)
        except (redis.ConnectionError, OSError):
            # The second try is for a connection that was cut while it was idle; a message that comes twice runs once.
            self._push_once(texts)

    def _push_once(self, texts: Mapping[str, Sequence[str]]) -> None:
        connection = self._pool.get_connection()
        try:
            for queue, found in texts.items():
                connection.send_command("LPUSH", queue, *found)  # type: ignore[no-untyped-call]  # redis-py annotates by halves
            for _ in texts:
                connection.read_response()
        except BaseException:
            connection.disconnect()  # type: ignore[no-untyped-call]  # as above
            raise
        finally:
            self._pool.release(connection)


class ThroughCelery:
    """Any broker that Celery can talk to."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        with app.connection_for_write() as connection:
            self._away = (OperationalError, OSError, *connection.recoverable_connection_errors)

    def publish(self, deliveries: Collection[Delivery], in_a_row: int = 1) -> int:
        """Publish and tell how many went."""
        sent = 0
        try:
            with self._app.producer_or_acquire() as producer:
                for wire, found in _by_wire(deliveries):
                    for parcel in parcels(found, in_a_row):
                        arguments = [[str(delivery.job_id), delivery.number] for delivery in parcel]
                        self._app.send_task(TASK, args=arguments, queue=wire, producer=producer, retry=False)
                        sent += len(parcel)
        except self._away as error:
            log.warning("the broker is away: %s", type(error).__name__)
        return sent


def _by_wire(deliveries: Collection[Delivery]) -> Iterable[tuple[str, list[Delivery]]]:
    found: defaultdict[str, list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        found[delivery.wire].append(delivery)
    return found.items()
