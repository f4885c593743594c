"""What a client that polls ten times a second is told: read once, and told again until there is news.

A hint or the pulse ends what is known, and so does a second, since a place in line changes without an event. A request
that nobody polls is forgotten. Nothing is kept that is not in the database.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple
from uuid import UUID

from gateway.compat.fal.statuses import read_status
from gateway.edge import Edge
from mediamill.clock import monotonic

FRESH_S = 1.0
IDLE_S = 5.0
MOST = 10_000
"""More requests than that are read anew by every poll."""


class Glance(NamedTuple):
    """An answer to a poll, written."""

    http: int
    body: bytes


class _Polled:
    def __init__(self) -> None:
        self.asked_at = monotonic()
        self.rings = 0
        self.known: dict[bool, Glance] = {}
        self.watch: asyncio.Task[None] | None = None


class Glances:
    """The requests that are polled through one gateway."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._polled: dict[tuple[UUID, UUID], _Polled] = {}

    async def of(self, tenant_id: UUID, job_id: UUID, *, with_logs: bool) -> Glance:
        """Tell where a request is. Raises ``NotFound``."""
        polled = self._polled.get((tenant_id, job_id))
        if polled is not None:
            polled.asked_at = monotonic()
            if (known := polled.known.get(with_logs)) is not None:
                return known
        status = await self._read(tenant_id, job_id, polled, with_logs=with_logs)
        if polled is None and len(self._polled) < MOST:
            self._begin(tenant_id, job_id)
        return status

    def polled(self) -> int:
        """Tell how many requests are watched."""
        return len(self._polled)

    async def _read(self, tenant_id: UUID, job_id: UUID, polled: _Polled | None, *, with_logs: bool) -> Glance:
        rings = polled.rings if polled is not None else 0
        status = await read_status(self._edge, tenant_id, job_id, with_logs=with_logs)
        glance = Glance(status.http(), status.json_bytes())
        # What was rung for while it was read may not be in it, so that is told once and not kept.
        if polled is not None and polled.rings == rings:
            polled.known[with_logs] = glance
        return glance

    def _begin(self, tenant_id: UUID, job_id: UUID) -> None:
        """Watch a request from its first poll on; only what is read after that is kept."""
        key = (tenant_id, job_id)
        if key not in self._polled:
            self._polled[key] = polled = _Polled()
            polled.watch = asyncio.create_task(self._watch(key, polled))

    async def _watch(self, key: tuple[UUID, UUID], polled: _Polled) -> None:
        try:
            async with self._edge.pulse.watch_job(key[1]) as ear:
                while monotonic() - polled.asked_at < IDLE_S and not self._edge.closing.is_set():
                    await ear.wait(FRESH_S)
                    polled.rings += 1
                    polled.known.clear()
        finally:
            self._polled.pop(key, None)
