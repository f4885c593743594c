"""What providers allow over all tenants, shared fairly among these; where no limit holds, nothing is paid for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from conductor.dispatch import queries
from mediamill.providers.quotas import Standing, standing, stands
from mediamill.queues.fair import TenantLine, Turns, next_batch
from mediamill.queues.registry import Registry
from mediamill.settings import ProviderLimit
from mediamill.wire.message import Delivery

LOCK_CLASS = 0x70726F


class Quotas:
    """Which queues a limit concerns, and which of them had it longest ago."""

    def __init__(self, registry: Registry, limits: Mapping[str, ProviderLimit]) -> None:
        self._limits = limits
        self._registry = registry
        self._turn = 0
        self._served: dict[str, int] = {}

    def in_turn(self, queues: Sequence[str]) -> Sequence[str]:
        """Order queues so that none takes the whole of a limit again before another had its turn."""
        return sorted(queues, key=lambda queue: self._served.get(queue, 0)) if self._limits else queues

    def served(self, queue: str) -> None:
        """Remember that a queue was handed something of a limited provider."""
        self._turn += 1
        self._served[queue] = self._turn

    def of(self, queue: str) -> dict[str, ProviderLimit]:
        """Give the limits that jobs of a queue may meet."""
        if not self._limits:
            return {}
        kinds = (kind for kind in self._registry.kinds.values() if kind.queue == queue)
        names = {name for kind in kinds for name in kind.manifest.providers}
        return {name: limit for name, limit in self._limits.items() if name in names}


class Shares:
    """What is left of some providers' limits, for one hand-over; nobody else takes of it until the commit."""

    def __init__(self, connection: Connection, limits: Mapping[str, ProviderLimit]) -> None:
        self._connection = connection
        self._standing: dict[str, Standing] = {}
        self._turns: dict[str, Turns] = {}
        self._needs: dict[UUID, str] = {}
        if limits:
            names = list(limits)
            connection.execute(queries.LOCK_NAMES, {"key": LOCK_CLASS, "names": names})
            for row in connection.execute(standing(), {"providers": names}):
                self._standing[row.provider] = stands(row, limits[row.provider])
                self._turns[row.provider] = Turns.model_validate(row.turns)

    def candidates(self, given: Mapping[str, Any]) -> Sequence[Row[Any]]:
        """Give who may go next, without those whose provider is full."""
        if not self._standing:
            return self._connection.execute(queries.CANDIDATES, given).all()
        full = [name for name, one in self._standing.items() if one.room <= 0]
        rows = self._connection.execute(queries.LIMITED_CANDIDATES, {**given, "full_providers": full}).all()
        limited = [row for row in rows if row.provider in self._standing]
        self._needs = {row.job_id: row.provider for row in limited if not row.is_bought}
        for name, woken in Counter(row.provider for row in limited if row.is_bought).items():
            one = self._standing[name]
            self._standing[name] = one._replace(running=one.running + woken)
        return rows

    def fitting(self, lines: Mapping[UUID, TenantLine], kind_room: Mapping[str, int]) -> Mapping[UUID, TenantLine]:
        """Leave out the jobs for which their providers have no room, tenant after tenant in each provider's own turn.

        The queue's turns would not do: they go on with jobs of other providers while one is full, and its next place
        could fall to the same tenant every time.
        """
        if not self._needs:
            return lines
        going: set[UUID] = set()
        for name, one in self._standing.items():
            theirs = self._of(lines, name)
            going.update(next_batch(theirs, self._turns[name], max(0, one.room), kind_room).jobs)
        return _only(lines, {job for line in lines.values() for job, _ in line.jobs} - (self._needs.keys() - going))

    def keep(self, lines: Mapping[UUID, TenantLine], deliveries: Sequence[Delivery]) -> bool:
        """Take what was handed over off the limits, and tell whether that was anything."""
        gone = {delivery.job_id for delivery in deliveries} & self._needs.keys()
        for name in {self._needs[job] for job in gone}:
            theirs = _only(self._of(lines, name), gone)
            jobs = sum(len(line.jobs) for line in theirs.values())
            turns = next_batch(theirs, self._turns[name], jobs).turns
            one = self._standing[name]
            tokens = one.tokens - jobs if one.limit.per_minute is not None else 0
            kept = {"provider": name, "tokens": tokens, "at": one.at, "turns": turns.model_dump_json()}
            self._connection.execute(queries.KEEP_QUOTA, kept)
        return bool(gone)

    def _of(self, lines: Mapping[UUID, TenantLine], provider: str) -> dict[UUID, TenantLine]:
        return _only(lines, {job for job, name in self._needs.items() if name == provider})


def _only(lines: Mapping[UUID, TenantLine], jobs: set[UUID]) -> dict[UUID, TenantLine]:
    return {
        tenant: line._replace(jobs=[one for one in line.jobs if one.job_id in jobs]) for tenant, line in lines.items()
    }
