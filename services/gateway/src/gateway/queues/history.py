"""How long kinds took lately."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from mediamill.clock import monotonic
from mediamill.queues import queries

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
    """The run times of all kinds, asked for at most once in a few seconds."""

    def __init__(self) -> None:
        self._until = 0.0
        self._runs: dict[str, Runs] = {}

    async def runs(self, connection: AsyncConnection) -> Mapping[str, Runs]:
        """Give the run times of each kind that has some."""
        if monotonic() > self._until:
            self._until = monotonic() + REMEMBERED_S
            rows = await connection.execute(queries.durations())
            self._runs = {row.kind: Runs(median(row.runs_s), tuple(row.runs_s)) for row in rows}
        return self._runs

    def forget(self) -> None:
        """Ask again at the next question."""
        self._until = 0.0
