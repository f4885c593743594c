"""The ends that vendors tell, written together."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.group import Group
from mediamill.db.direct_async import Unsure
from mediamill.db.session import Database
from mediamill.jobs.settled import Outcome, Settled, settle, settle_with_books

APART_S = 0.05
"""Where ends follow closely, so much of them is written and woken together."""


class Ends:
    """Writes ends down in as few statements as their arrival allows."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._group = Group(self._write, APART_S)

    async def settle(self, end: Settled) -> Outcome | None:
        """Write an end down and tell what that came to. ``None``: no purchase has its token. Raises ``Unsure``."""
        outcome = await self._group.join(end)
        if isinstance(outcome, Unsure):
            raise outcome
        return outcome

    async def _write(self, ends: Sequence[Settled]) -> list[Outcome | Unsure | None]:
        """Write ends down. One that breaks the statement breaks it for all; each then goes its own way, once more."""
        try:
            outcomes = await self._settled(ends)
        except Unsure:
            return [await self._alone(end) for end in ends]
        return [outcomes.get(place) for place in range(len(ends))]

    async def _alone(self, end: Settled) -> Outcome | Unsure | None:
        try:
            return (await self._settled([end])).get(0)
        except Unsure as error:
            return error

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
