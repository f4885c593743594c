"""The same hints for a process that must not block: the gateway tells many, and hears those that somebody waits for."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple, Protocol

import redis.asyncio
from redis.exceptions import RedisError, ResponseError

from mediamill.clock import monotonic
from mediamill.hints import CHANNEL, HUNG_S, QUIET_S, spoken
from mediamill.redis_url import async_pool_of

LINGER_S = 10.0
"""A subscription that nobody needs is kept this long for the next who does."""

PATIENCE_S = 0.5
"""A hint that takes longer is not worth it."""

log = logging.getLogger(__name__)


class _Line(NamedTuple):
    connection: Any
    is_silent: bool
    """Whether the server answers nothing, so that a hint costs one write and no wake-up."""


class AsyncPublisher:
    """Publishes hints, or forgets them; for one task at a time."""

    def __init__(self, url: str | None) -> None:
        self._quiet_until = 0.0
        # The driver's own limit makes a task of every write.
        self._pool = async_pool_of(url, socket_timeout=None) if url else None
        self._line: _Line | None = None
        self._proven_at = 0.0

    async def publish(self, *topics: str) -> None:
        """Tell readers that topics changed. Never raises, never waits for long."""
        if self._pool is None or not topics or monotonic() < self._quiet_until:
            return
        try:
            async with asyncio.timeout(PATIENCE_S):
                await _say(
                    await self._proven(self._pool), [("PUBLISH", channel, news) for channel, news in spoken(topics)]
                )
        except (RedisError, OSError, TimeoutError) as error:
            self._quiet_until = monotonic() + QUIET_S
            await self.close()
            log.debug("hints are off for a moment: %s", type(error).__name__)

    async def _proven(self, pool: redis.asyncio.ConnectionPool) -> _Line:
        """Give the line, of which somebody is known to be at the other end still: who is silent may also hang."""
        now = monotonic()
        if self._line is None:
            self._line, self._proven_at = await _opened(pool), now
        elif self._line.is_silent and now - self._proven_at > HUNG_S:
            await _say(self._line, [("CLIENT", "REPLY", "ON")])
            await self._line.connection.read_response()
            await _say(self._line, [("CLIENT", "REPLY", "OFF")])
            self._proven_at = now
        return self._line

    async def close(self) -> None:
        """Let go of the connection."""
        line, self._line = self._line, None
        if line is not None:
            with suppress(RedisError, OSError):
                await line.connection.disconnect()


async def _opened(pool: redis.asyncio.ConnectionPool) -> _Line:
    """Connect, and ask for silence: who obeys says nothing to the first of two commands and OK to the second."""
    connection = pool.make_connection()  # type: ignore[no-untyped-call]  # redis-py annotates it by halves
    await connection.connect()
    line = _Line(connection, is_silent=True)
    await _say(line, [("CLIENT", "REPLY", "OFF"), ("CLIENT", "REPLY", "ON")])
    try:
        await connection.read_response()
    except ResponseError:
        with suppress(ResponseError):
            await connection.read_response()
        return line._replace(is_silent=False)
    await _say(line, [("CLIENT", "REPLY", "OFF")])
    return line


async def _say(line: _Line, commands: list[tuple[str, ...]]) -> None:
    await line.connection.send_packed_command(line.connection.pack_commands(commands), check_health=False)
    if not line.is_silent:
        for _ in commands:
            await line.connection.read_response()


async def _told(subscription: Any) -> AsyncIterator[dict[str, Any]]:
    """Give what is said. Raises ``TimeoutError`` when whoever speaks has hung: it is silent, and when asked too."""
    is_asked = False
    while True:
        message = await subscription.get_message(timeout=HUNG_S)
        if message is not None:
            is_asked = False
            yield message
        elif is_asked:
            raise TimeoutError
        else:
            await subscription.ping()
            is_asked = True


class Bell(Protocol):
    """What is rung when a topic changes; it must not block."""

    def ring(self) -> None:
        """Tell that the topic changed."""


class Changed:
    """One reader's ear on one topic."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wake the reader."""
        self._event.set()

    async def wait(self, timeout_s: float) -> None:
        """Return when the topic changed since the last wait, or after ``timeout_s``."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        self._event.clear()


class Listener:
    """One subscription for a whole process, shared by all its readers, while there are any.

    Everybody is rung when it begins, since nobody knows what was said before.
    """

    def __init__(self, url: str | None, linger_s: float = LINGER_S) -> None:
        self._url = url
        self._linger_s = linger_s
        self._ears: defaultdict[str, set[Bell]] = defaultdict(set)
        self._is_wanted = asyncio.Event()
        self._left_at = 0.0
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Be ready to listen; returns at once, also when there is nobody to listen to."""
        if self._url is not None:
            self._task = asyncio.create_task(self._listen(self._url))

    async def close(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    @asynccontextmanager
    async def watch(self, topic: str) -> AsyncIterator[Changed]:
        """Give an ear on a topic for the length of the block."""
        ear = Changed()
        self.hang(topic, ear)
        try:
            yield ear
        finally:
            self.take_down(topic, ear)

    def hang(self, topic: str, bell: Bell) -> None:
        """Ring a bell at each change of a topic until it is taken down."""
        self._ears[topic].add(bell)
        self._is_wanted.set()

    def take_down(self, topic: str, bell: Bell) -> None:
        """Ring it no more."""
        self._ears[topic].discard(bell)
        if not self._ears[topic]:
            del self._ears[topic]
        self._left_at = monotonic()

    async def _listen(self, url: str) -> None:
        while True:
            await self._is_wanted.wait()
            try:
                await self._hear(url)
            except (RedisError, OSError) as error:
                log.debug("no hints for a moment: %s", type(error).__name__)
                await asyncio.sleep(QUIET_S)

    async def _hear(self, url: str) -> None:
        """Ring for what is said, until something is said when nobody has been here for a while."""
        client = redis.asyncio.Redis.from_pool(async_pool_of(url, socket_connect_timeout=1))
        async with client, client.pubsub() as subscription:
            await subscription.subscribe(CHANNEL)
            async for message in _told(subscription):
                if message["type"] == "subscribe":
                    self._ring([*self._ears])
                elif not self._ears and monotonic() - self._left_at > self._linger_s:
                    self._is_wanted.clear()
                    return
                elif message["type"] == "message":
                    self._ring(message["data"].decode().split("\n"))

    def _ring(self, topics: list[str]) -> None:
        for topic in topics:
            for ear in self._ears.get(topic, ()):
                ear.ring()
