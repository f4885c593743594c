"""How long kinds took lately."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from statistics import median
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.ending import end_in_peace
from mediamill.clock import monotonic
from mediamill.queues import queries

log = logging.getLogger(__name__)

REMEMBERED_S = 10.0


class Runs(NamedTuple):
    """The last run times of a kind, and the middle of them."""

    seconds: float
    all: tuple[float, ...]

    @property
    def samples(self) -> int:
        """How many there are."""
        return len(self.all)


class History:
    """The run times of all kinds. Only the first question waits; later ones get what is known while it is read anew."""

    def __init__(
        self, look: Callable[[], AbstractAsyncContextManager[AsyncConnection]], remembered_s: float = REMEMBERED_S
    ) -> None:
        self._look = look
        self._remembered_s = remembered_s
        self._first = asyncio.Lock()
        self._until = 0.0
        self._runs: Mapping[str, Runs] | None = None
        self._task: asyncio.Task[None] | None = None

    async def runs(self, connection: AsyncConnection) -> Mapping[str, Runs]:
        """Give the run times of each kind that has some, as they were when they were last asked for or just before."""
        if self._runs is None:
            return await self._begin(connection)
        if monotonic() > self._until and self._task is None:
            self._task = asyncio.create_task(self._refresh())
        return self._runs

    def forget(self) -> None:
        """Wait for the answer to the next question."""
        self._runs = None

    async def close(self) -> None:
        """End what is under way, in peace if it hurries."""
        if self._task is not None:
            await end_in_peace(self._task)

    async def _begin(self, connection: AsyncConnection) -> Mapping[str, Runs]:
        """Ask on the caller's connection: another one might be held by somebody who waits here."""
        async with self._first:
            if self._runs is None:
                self._runs = await self._ask(connection)
            return self._runs

    async def _refresh(self) -> None:
        try:
            async with self._look() as connection:
                self._runs = await self._ask(connection)
        except (SQLAlchemyError, OSError) as error:
            self._until = monotonic() + self._remembered_s
            log.warning("cannot read how long kinds took: %s", type(error).__name__)
        finally:
            self._task = None

    async def _ask(self, connection: AsyncConnection) -> Mapping[str, Runs]:
        rows = await connection.execute(queries.durations())
        self._until = monotonic() + self._remembered_s
        return {row.kind: Runs(median(row.runs_s), tuple(row.runs_s)) for row in rows}
