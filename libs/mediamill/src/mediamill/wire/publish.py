"""Publishing: what is lost here, the sweep publishes again."""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

import redis
from celery import Celery
from kombu.exceptions import OperationalError
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from mediamill.redis_url import is_redis, located, pool_of
from mediamill.settings import Settings
from mediamill.wire.celery import broker_answers, make_app
from mediamill.wire.envelope import envelope
from mediamill.wire.message import TASK, Delivery, parcels

log = logging.getLogger(__name__)

PATIENCE_S = 2
CONNECT_S = 2
_RUN = re.compile(rb"run_id:(\w+)")


class Publisher(Protocol):
    """Puts deliveries on the wire."""

    def publish(self, deliveries: Collection[Delivery], in_a_row: int = 1) -> int:
        """Publish and tell how many went; a broker that is away costs nothing but the wait for it.

        One slot takes up to ``in_a_row`` of them at once and does them one after the other.
        """

    def came_back(self) -> bool:
        """Look whether the broker answers, and tell once if it had not, or had hung up: what it held may be lost."""


def publisher(config: Settings) -> Publisher:
    """Give what publishes to the broker of the settings at the least cost."""
    url = located(config.broker_url.get_secret_value(), config)
    return ToRedis(url) if is_redis(url) else ThroughCelery(make_app(config))


class ToRedis:
    """Pushes ready-made messages, all in one round trip; Celery's own way costs ten times as much."""

    def __init__(self, url: str) -> None:
        # One try at connecting, since a dispatcher that waits for a broker serves nobody.
        once = Retry(NoBackoff(), 0)
        self._pool = pool_of(
            url,
            socket_timeout=PATIENCE_S,
            socket_connect_timeout=CONNECT_S,
            socket_keepalive=True,
            retry=once,
        )
        self._broke = False
        self._run: str | None = None

    def came_back(self) -> bool:
        """Ask which run of which server it is: another one holds what the former wrote down or passed on, at best."""
        try:
            run = self._ask_run()
        except (RedisError, OSError):
            self._broke = True
            return False
        came, self._broke = self._broke or self._run not in {None, run}, False
        self._run = run
        return came

    def _ask_run(self) -> str:
        connection = self._pool.get_connection()
        try:
            connection.send_command("INFO", "server")  # type: ignore[no-untyped-call]  # redis-py annotates it by halves
            found = _RUN.search(connection.read_response())
        except BaseException:
            connection.disconnect()  # type: ignore[no-untyped-call]  # as above
            raise
        finally:
            self._pool.release(connection)
        return found[1].decode() if found else ""

    def publish(self, deliveries: Collection[Delivery], in_a_row: int = 1) -> int:
        """Publish and tell how many went."""
        by_wire = _by_wire(deliveries)
        try:
            self._push({wire: [envelope(parcel) for parcel in parcels(found, in_a_row)] for wire, found in by_wire})
        except (RedisError, OSError) as error:
            self._broke = True
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
        self._broke = False

    def came_back(self) -> bool:
        """Look only after something did not go."""
        if not self._broke or not broker_answers(self._app):
            return False
        self._broke = False
        return True

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
            self._broke = True
            log.warning("the broker is away: %s", type(error).__name__)
        return sent


def _by_wire(deliveries: Collection[Delivery]) -> Iterable[tuple[str, list[Delivery]]]:
    found: defaultdict[str, list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        found[delivery.wire].append(delivery)
    return found.items()
