"""'Something changed': hints over Redis pub/sub that spare readers a wait; the truth is always read from Postgres.

A lost hint costs a reader at most one poll. A broker that is down costs nothing more: publishing gives up at once and
stays silent for a moment.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from typing import Any, TypeGuard

import redis
from redis.exceptions import RedisError

from mediamill.clock import monotonic
from mediamill.redis_url import is_redis, located, pool_of
from mediamill.settings import Settings, settings

CHANNEL = "mediamill:hints"
DISPATCH = "dispatch"
"""There may be something new in line."""
SLOT = "slot"
"""A worker has a slot free again; news only where somebody waits for one."""
CANCEL = "cancel"
"""A job was cancelled that a worker may have begun."""
CANCELS = f"{CHANNEL}:cancels"
"""Where that is said as well: workers listen here, so that everything else costs them nothing."""
HUNG_S = 3.0
"""Whoever has been silent this long is asked whether it lives, and left if it is silent for as long again."""
SOON_S = 0.02
QUIET_S = 1.0
"""After a failure, hints are dropped this long, so that a dead broker does not slow every transaction down."""

log = logging.getLogger(__name__)


def job_topic(job_id: object) -> str:
    """Name the topic of a job."""
    return f"job:{job_id}"


def tenant_topic(tenant_id: object) -> str:
    """Name the topic of a tenant."""
    return f"tenant:{tenant_id}"


def hint_url(config: Settings) -> str | None:
    """Give the Redis that carries hints, if there is one."""
    url = (config.hint_url or config.broker_url).get_secret_value()
    return located(url, config) if is_redis(url) else None


def spoken(topics: Collection[str]) -> Iterator[tuple[str, str]]:
    """Give what is said on which channel."""
    if CANCEL in topics:
        yield CANCELS, CANCEL
    yield CHANNEL, "\n".join(topics)


class Publisher:
    """Publishes hints, or forgets them."""

    def __init__(self, url: str | None) -> None:
        self._quiet_until = 0.0
        self._pool = pool_of(url, socket_timeout=0.5, socket_connect_timeout=0.5) if url else None
        self._later: set[str] = set()
        self._has_some = threading.Event()
        self._lock = threading.Lock()
        self._courier: threading.Thread | None = None

    def publish(self, *topics: str) -> None:
        """Tell readers that topics changed, and what was to be told soon with it. Never raises, never waits long."""
        if self._pool is None or not topics or monotonic() < self._quiet_until:
            return
        told = {*topics, *self._taken()}
        try:
            for channel, news in spoken(told):
                self._send(channel, news)
        except (RedisError, OSError) as error:
            self._quiet_until = monotonic() + QUIET_S
            log.debug("hints are off for a moment: %s", type(error).__name__)

    def _send(self, channel: str, news: str) -> None:
        """Publish on a connection of the pool, without what redis-py does around a command that must not be lost."""
        connection = self._pool.get_connection()  # type: ignore[union-attr]  # the callers have looked
        try:
            connection.send_command("PUBLISH", channel, news)
            connection.read_response()
        except BaseException:
            connection.disconnect()
            raise
        finally:
            self._pool.release(connection)  # type: ignore[union-attr]

    def publish_soon(self, *topics: str) -> None:
        """Tell readers within some milliseconds, together with whatever else there is to tell by then."""
        if self._pool is None:
            return
        with self._lock:
            self._later.update(topics)
            if self._courier is None:
                self._courier = threading.Thread(target=self._deliver_for_ever, name="hints", daemon=True)
                self._courier.start()
        self._has_some.set()

    def _taken(self) -> set[str]:
        if not self._later:
            return self._later
        with self._lock:
            taken, self._later = self._later, set()
        return taken

    def _deliver_for_ever(self) -> None:
        while self._has_some.wait():
            self._has_some.clear()
            time.sleep(SOON_S)
            self.publish(*self._taken())


@lru_cache(maxsize=1)
def publisher() -> Publisher:
    """Give this process's publisher."""
    return Publisher(hint_url(settings()))


def publish_hint(*topics: str) -> None:
    """Tell readers that topics changed."""
    publisher().publish(*topics)


def publish_hint_soon(*topics: str) -> None:
    """Tell readers in a moment, at a lower price."""
    publisher().publish_soon(*topics)


class Waiter:
    """A blocking ear on some topics, for a loop that must also work when nobody speaks."""

    def __init__(self, url: str | None, matters: Callable[[str], bool], channel: str = CHANNEL) -> None:
        self._url = url
        self._matters = matters
        self._channel = channel
        self._subscription: redis.client.PubSub | None = None
        self._heard_at = 0.0
        self._asked_at: float | None = None

    def wait(self, timeout_s: float) -> bool:
        """Return when a topic that matters changed or after ``timeout_s``, whichever comes first; tell if one did."""
        until = monotonic() + timeout_s
        try:
            while (left := until - monotonic()) > 0:
                message = self._subscribed().get_message(ignore_subscribe_messages=True, timeout=min(left, HUNG_S))
                if self._is_news(message) and any(map(self._matters, message["data"].decode().split("\n"))):
                    self._drain()
                    return True
        except (RedisError, OSError):
            self._subscription = None
            time.sleep(max(0.0, until - monotonic()))
        return False

    def _is_news(self, message: dict[str, Any] | None) -> TypeGuard[dict[str, Any]]:
        """Take note of a sign of life, or of none; a server that hangs is as silent as one with no news."""
        now = monotonic()
        if message is not None:
            self._heard_at, self._asked_at = now, None
            return bool(message["type"] == "message")
        if self._asked_at is not None and now - self._asked_at > HUNG_S:
            raise OSError("it hangs")
        if self._asked_at is None and now - self._heard_at > HUNG_S:
            self._subscribed().ping()
            self._asked_at = now
        return False

    def _subscribed(self) -> redis.client.PubSub:
        if self._url is None:
            raise OSError("no hints")
        if self._subscription is None:
            client = redis.Redis.from_pool(pool_of(self._url, socket_connect_timeout=1, socket_timeout=5))
            self._subscription = client.pubsub()  # type: ignore[no-untyped-call]  # redis-py annotates it by halves
            self._subscription.subscribe(self._channel)
            self._heard_at, self._asked_at = monotonic(), None
        return self._subscription

    def _drain(self) -> None:
        """Drop the hints that came meanwhile: the turn that follows sees all that they tell of."""
        while (more := self._subscribed().get_message(ignore_subscribe_messages=True, timeout=0)) is not None:
            self._is_news(more)
