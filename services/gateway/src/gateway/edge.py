"""What every route stands on: the database, the store, the queues, and who is told when something changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.events.newsroom import Newsroom
from gateway.hooks.ends import Ends
from gateway.jobs.glimpses import Glimpses
from gateway.jobs.turnstile import Turnstile
from gateway.keyring import Keyring
from gateway.providers.book import OrderBook
from gateway.pulse import Pulse
from gateway.queues.history import History
from mediamill.assets.store import open_store
from mediamill.db.session import Database
from mediamill.hints import CANCEL, DISPATCH, hint_url, job_topic, tenant_topic
from mediamill.hints_async import AsyncPublisher, Listener
from mediamill.provenance.identity import roots_of
from mediamill.queues.registry import Registry
from mediamill.settings import Settings


class Edge:
    """The parts of one gateway process."""

    def __init__(self, config: Settings, registry: Registry) -> None:
        self.config = config
        self.registry = registry
        self.database = Database(config)
        self.turnstile = Turnstile(self.database)
        self.ends = Ends(self.database)
        self.glimpses = Glimpses(self.database)
        self.store = open_store(config)
        self.roots = roots_of(config)
        """Whose content credentials are trusted, as PEM."""
        self.keyring = Keyring(self.database)
        self.history = History(self.look)
        self.orders = OrderBook(self.look)
        listener = Listener(hint_url(config))
        self.pulse = Pulse(self.database, listener, config.poll_s)
        self.newsroom = Newsroom(self.look, listener, poll_s=config.poll_s, max_streams=config.max_streams)
        self._publisher = AsyncPublisher(hint_url(config))
        self.closing = asyncio.Event()
        self.leading: dict[tuple[UUID, str], asyncio.Event] = {}
        """The work for which somebody here is about to lead, so that equals need not try the same."""
        self._news: dict[str, None] = {}
        self._telling: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the parts that live in the background alive for the length of the block."""
        await self.pulse.start()
        try:
            async with self.newsroom.running(), self.orders.running():
                yield
        finally:
            self.close_streams()
            await self.pulse.close()
            await self.history.close()
            if self._telling is not None:
                await self._telling
            await self._publisher.close()
            await self.database.async_direct.close()
            await self.database.async_engine.dispose()

    @cached_property
    def _each_alone(self) -> AsyncEngine:
        """The same pool, on which every statement commits itself."""
        return self.database.async_engine.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """Begin a unit of work; it is committed when the block ends."""
        async with self.database.async_unit_of_work() as connection:
            yield connection

    @asynccontextmanager
    async def look(self) -> AsyncIterator[AsyncConnection]:
        """Connect for reading: every statement is a transaction of its own, one round trip instead of three."""
        async with self._each_alone.connect() as connection:
            yield connection

    def tell(self, *topics: str) -> None:
        """Hint that topics changed, after the commit and without keeping the caller waiting.

        What is told while a hint is under way goes with the next one, each topic once.
        """
        self._news |= dict.fromkeys(topics)
        if self._telling is None:
            self._telling = asyncio.create_task(self._tell())

    def tell_of_cancel(self, job_id: object, tenant_id: UUID) -> None:
        """Hint that a job was cancelled: to the dispatcher, to its worker, and to those who watch it."""
        self.tell(DISPATCH, CANCEL, job_topic(job_id), tenant_topic(tenant_id))

    async def _tell(self) -> None:
        try:
            while self._news:
                topics, self._news = self._news, {}
                await self._publisher.publish(*topics)
        finally:
            self._telling = None

    def close_streams(self) -> None:
        """End every stream, so that its client reconnects to another gateway."""
        self.closing.set()
        self.newsroom.close()
        self.pulse.ring_everybody()


async def _edge(request: Request) -> Edge:
    found: Edge = request.app.state.edge
    return found


EdgeOf = Annotated[Edge, Depends(_edge)]
