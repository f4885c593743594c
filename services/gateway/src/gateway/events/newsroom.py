"""Reads the log for everybody who listens: one question for all watched jobs, one for all watched tenants.

It looks at once at what a hint names, and at everything once in ``poll_s``. It only ever reads the log by its
positions, so a hint that is lost or wrong costs time and nothing else.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from itertools import groupby, takewhile
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.events.feed import Chunk, Ear, Feed, entry, join
from mediamill.clock import monotonic, now
from mediamill.errors import ErrorClass, MediamillError
from mediamill.events import queries
from mediamill.events.queries import Position, Source
from mediamill.hints import job_topic, tenant_topic
from mediamill.hints_async import Listener
from mediamill.telemetry import metrics
from mediamill.telemetry.meters import observe

HEARTBEAT_S = 15.0
PAGE = 200
"""Events of one source that are read at once."""

_AT_ONCE = 500
"""Sources that one statement asks about."""

_BREATH_S = 0.005
"""Between two looks, so that a flood of hints is answered by some looks and not by one each."""

_SOONEST_S = 0.02
_TOLD_AFTER_S = 10.0

Look = Callable[[], AbstractAsyncContextManager[AsyncConnection]]

log = logging.getLogger(__name__)


class TooManyStreams(MediamillError):
    """The tenant has as many streams open as this gateway allows."""

    code, status = "too-many-streams", 429
    error_class = ErrorClass.TRANSIENT
    retry_after_s = 5.0


class Newsroom:
    """The feeds of one process."""

    def __init__(self, look: Look, listener: Listener, *, poll_s: float, max_streams: int) -> None:
        self._connect = look
        self._listener = listener
        self.poll_s = poll_s
        self._max_streams = max_streams
        self._feeds: dict[Source, Feed] = {}
        self._open: Counter[UUID] = Counter()
        self._marked: set[Feed] = set()
        self._withheld: dict[Feed, float] = {}
        self._news = asyncio.Event()
        self.is_closing = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look for news for the length of the block."""
        tasks = [asyncio.create_task(self._run()), asyncio.create_task(self._beat())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    @contextmanager
    def joined(self, source: Source) -> Iterator[tuple[Feed, Ear]]:
        """Listen to a source for the length of the block. Raises ``TooManyStreams``."""
        if self._open[source.tenant_id] >= self._max_streams:
            raise TooManyStreams(f"They are {self._max_streams}.")
        self._open[source.tenant_id] += 1
        feed, ear = self._feeds.get(source) or self._opened(source), Ear()
        feed.ears.add(ear)
        try:
            yield feed, ear
        finally:
            feed.ears.discard(ear)
            if not feed.ears:
                self._closed(feed)
            self._open -= Counter((source.tenant_id,))

    @property
    def listeners(self) -> int:
        """How many streams are open."""
        return self._open.total()

    def close(self) -> None:
        """End every stream, so that its client reconnects to another gateway."""
        self.is_closing = True
        for feed in self._feeds.values():
            feed.ring_ears()

    async def behind(self, feed: Feed, after: Position) -> Chunk | None:
        """Read on in the log for one client; who comes to its end has the feed begin with what it read."""
        rows = await self._read([(feed.source, after)])
        entries = [entry(row, feed.source) for row in _settled(rows)]
        if len(entries) < PAGE and not feed.is_live:
            feed.begin(after, entries)
        return join(entries) if entries else None

    def _opened(self, source: Source) -> Feed:
        feed = self._feeds[source] = Feed(source, self._mark)
        self._listener.hang(_topic(source), feed)
        return feed

    def _closed(self, feed: Feed) -> None:
        self._listener.take_down(_topic(feed.source), feed)
        self._marked.discard(feed)
        self._withheld.pop(feed, None)
        del self._feeds[feed.source]

    def _mark(self, feed: Feed) -> None:
        self._marked.add(feed)
        self._news.set()

    async def _run(self) -> None:
        next_poll = monotonic()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(min(next_poll - monotonic(), self._patience_s())):
                    await self._news.wait()
            self._news.clear()
            due, self._marked = self._marked, set()
            due.update(self._withheld)
            if monotonic() >= next_poll:
                next_poll = monotonic() + self.poll_s
                due.update(self._feeds.values())
            try:
                await self._look(due)
            except (SQLAlchemyError, OSError) as error:
                log.warning("cannot look for events: %s", type(error).__name__)
                await asyncio.sleep(self.poll_s)
            except Exception:
                log.exception("looking for events broke; it goes on")
                await asyncio.sleep(self.poll_s)
            await asyncio.sleep(_BREATH_S)

    def _patience_s(self) -> float:
        """Tell how soon to look again for events that open transactions hold up: a quarter of the time that took."""
        if not self._withheld:
            return self.poll_s
        return max(_SOONEST_S, (monotonic() - max(self._withheld.values())) / 4)

    async def _beat(self) -> None:
        """Wake who was told nothing for long, to be told that we are still here; also while the database is away."""
        while True:
            await asyncio.sleep(self.poll_s)
            late = monotonic() - HEARTBEAT_S
            for feed in self._feeds.values():
                for ear in feed.ears:
                    if ear.quiet_since <= late:
                        ear.rung.set()

    async def _look(self, due: Iterable[Feed]) -> None:
        feeds = sorted((feed for feed in due if feed.is_live), key=lambda feed: feed.source.job_id is None)
        for _, same in groupby(feeds, key=lambda feed: feed.source.job_id is None):
            alike = list(same)
            for begin in range(0, len(alike), _AT_ONCE):
                await self._look_at(alike[begin : begin + _AT_ONCE])

    async def _look_at(self, feeds: Sequence[Feed]) -> None:
        heads = [feed.head for feed in feeds]
        rows = await self._read(list(zip((feed.source for feed in feeds), heads, strict=True)))
        found = {place: list(news) for place, news in groupby(rows, key=lambda row: row["place"])}
        for place, feed in enumerate(feeds, 1):
            self._take(feed, found.get(place, []))

    def _take(self, feed: Feed, rows: Sequence[RowMapping]) -> None:
        settled = _settled(rows)
        if settled:
            _count(settled)
            feed.append([entry(row, feed.source) for row in settled])
        if len(settled) == PAGE and feed.ears:
            self._mark(feed)
        if settled or len(settled) == len(rows):
            self._withheld.pop(feed, None)
        if len(settled) < len(rows) and feed.ears:
            since = self._withheld.setdefault(feed, monotonic())
            if monotonic() - since > _TOLD_AFTER_S:
                log.warning("an open transaction holds up the events of tenant %s", feed.source.tenant_id)

    async def _read(self, watched: Sequence[tuple[Source, Position]]) -> Sequence[RowMapping]:
        of = queries.of_tenants if watched[0][0].job_id is None else queries.of_jobs
        async with self._connect() as connection:
            return (await connection.execute(*of(watched, PAGE))).mappings().all()


def _settled(rows: Sequence[RowMapping]) -> list[RowMapping]:
    """Give what comes before the first event that another may yet come before."""
    return list(takewhile(lambda row: row["settled"], rows))


def _count(rows: Sequence[RowMapping]) -> None:
    """Count how late those who listen hear of events, by this machine's clock."""
    at = now()
    for row in rows:
        observe(metrics.SSE_LAG, max(0.0, (at - row["at"]).total_seconds()))


def _topic(source: Source) -> str:
    return tenant_topic(source.tenant_id) if source.job_id is None else job_topic(source.job_id)
