"""What operators have set, as of a moment ago, so that accepting a job asks nobody who is to serve it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.ending import end_in_peace
from mediamill.jobs.offers import check_anybody_is_on, head_of, order_of
from mediamill.providers import orders
from mediamill.providers.orders import Orders
from mediamill.queues.registry import Kind

log = logging.getLogger(__name__)

REFRESH_S = 5.0
"""What is set at another gateway is known here after at most so long; the workers know it at once."""


class OrderBook:
    """One for a process, refreshed in the background. It only tells what to expect: a job's own turn decides."""

    def __init__(self, look: Callable[[], AbstractAsyncContextManager[AsyncConnection]]) -> None:
        self._look = look
        self._orders = Orders()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep up with the database for the length of the block."""
        ending = asyncio.Event()
        task = asyncio.create_task(self._keep_up(ending))
        try:
            yield
        finally:
            ending.set()
            await end_in_peace(task)

    def head(self, kind: Kind, tenant_id: UUID) -> str:
        """Give who is expected to serve a job of a kind that names nobody."""
        return head_of(kind, tenant_id, self._orders)

    def order(self, kind: Kind, tenant_id: UUID | None) -> tuple[str, ...]:
        """Give who serves a kind, first to last."""
        return order_of(kind, tenant_id, self._orders)

    def check(self, kind: Kind, tenant_id: UUID, named: str | None) -> None:
        """Raise ``SwitchedOff`` for a job that nobody may serve."""
        check_anybody_is_on(kind, tenant_id, named, self._orders)

    async def refresh(self) -> None:
        """Read it anew, as after a change that was made here."""
        async with self._look() as connection:
            self._orders = orders.read((await connection.execute(orders.orders())).one())

    async def _keep_up(self, ending: asyncio.Event) -> None:
        while not ending.is_set():
            try:
                await self.refresh()
            except (SQLAlchemyError, OSError) as error:
                log.warning("cannot read the orders of providers: %s", type(error).__name__)
            with suppress(TimeoutError):
                async with asyncio.timeout(REFRESH_S):
                    await ending.wait()
