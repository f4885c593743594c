"""Group commit for the ends that vendors tell: what comes while a statement is under way goes with the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from mediamill.db.direct_async import Unsure
from mediamill.db.session import Database
from mediamill.jobs.settled import Outcome, Settled, settle, settle_with_books

MOST_AT_ONCE = 100


class _Waiting(NamedTuple):
    end: Settled
    outcome: asyncio.Future[Outcome | None]


class Group:
    """Writes ends down in as few statements as their arrival allows. A lone one is not kept waiting."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Waiting] = []
        self._task: asyncio.Task[None] | None = None

    async def settle(self, end: Settled) -> Outcome | None:
        """Write an end down and tell what that came to. ``None``: no purchase has its token. Raises ``Unsure``."""
        waiting = _Waiting(end, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._task is None:
            self._task = asyncio.create_task(self._write_all())
        return await waiting.outcome

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
                await self._write(group)
        finally:
            self._task = None

    async def _write(self, group: Sequence[_Waiting]) -> None:
        """Write ends down. One that breaks the statement breaks it for all; each then goes its own way, once more."""
        try:
            outcomes = await self._settled([waiting.end for waiting in group])
        except Unsure:
            for waiting in group:
                await self._write_alone(waiting)
            return
        for place, waiting in enumerate(group):
            if not waiting.outcome.done():
                waiting.outcome.set_result(outcomes.get(place))

    async def _write_alone(self, waiting: _Waiting) -> None:
        try:
            outcome = (await self._settled([waiting.end])).get(0)
        except Unsure as error:
            if not waiting.outcome.done():
                waiting.outcome.set_exception(error)
            return
        if not waiting.outcome.done():
            waiting.outcome.set_result(outcome)

    async def _settled(self, ends: Sequence[Settled]) -> dict[int, Outcome]:
        """Give the outcomes by place."""
        found = await self._database.async_direct.rows(settle(ends))
        outcomes: dict[int, Outcome] = {row.place: row for row in found}
        if left := [place for place, row in outcomes.items() if row.is_left]:
            outcomes |= await self._booked(ends, left)
        return outcomes

    async def _booked(self, ends: Sequence[Settled], places: Sequence[int]) -> dict[int, Outcome]:
        left = [ends[place] for place in places]
        async with self._database.async_unit_of_work() as connection:
            booked = await connection.run_sync(lambda c: settle_with_books(c, left))
        return {places[row.place]: row for row in booked}
