"""How long kinds took lately."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from mediamill.clock import monotonic
from mediamill.queues import queries

REMEMBERED_S = 10.0


class Median(NamedTuple):
    """The middle of the last run times of a kind, and of how many."""

    seconds: float
    samples: int


class History:
    """The run times of all kinds, asked for at most once in a few seconds."""

    def __init__(self) -> None:
        self._until = 0.0
        self._medians: dict[str, Median] = {}

    async def medians(self, connection: AsyncConnection) -> Mapping[str, Median]:
        """Give the median of each kind that has one."""
        if monotonic() > self._until:
            rows = await connection.execute(queries.durations())
            self._medians = {row.kind: Median(row.median_s, row.samples) for row in rows}
            self._until = monotonic() + REMEMBERED_S
        return self._medians

    def forget(self) -> None:
        """Ask again at the next question."""
        self._until = 0.0
