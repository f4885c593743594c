"""Rings who waits for a job's end: at once by a hint, and by one question a second for all watched jobs together."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from mediamill.db.session import Database
from mediamill.hints import job_topic
from mediamill.hints_async import Changed, Listener
from mediamill.jobs.model import Job

log = logging.getLogger(__name__)


class Pulse:
    """One for a process; what it asks does not grow with the number of watchers, only with that of watched jobs."""

    def __init__(self, database: Database, listener: Listener, poll_s: float) -> None:
        self._database = database
        self._listener = listener
        self._poll_s = poll_s
        self._ears: defaultdict[UUID, set[Changed]] = defaultdict(set)
        self._all: set[Changed] = set()
        self._seen: dict[UUID, int] = {}
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen and to look."""
        await self._listener.start()
        self._task = asyncio.create_task(self._beat())

    async def close(self) -> None:
        """Stop both."""
        await self._listener.close()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    @asynccontextmanager
    async def watch_job(self, job_id: UUID) -> AsyncIterator[Changed]:
        """Give an ear that is rung soon after each new event of a job."""
        async with self._watch(job_topic(job_id)) as ear:
            self._ears[job_id].add(ear)
            try:
                yield ear
            finally:
                self._ears[job_id].discard(ear)
                if not self._ears[job_id]:
                    del self._ears[job_id]
                    self._seen.pop(job_id, None)

    def ring_everybody(self) -> None:
        """Wake all watchers, as when the process ends."""
        for ear in self._all:
            ear.ring()

    @asynccontextmanager
    async def _watch(self, topic: str) -> AsyncIterator[Changed]:
        async with self._listener.watch(topic) as ear:
            self._all.add(ear)
            try:
                yield ear
            finally:
                self._all.discard(ear)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._poll_s)
            try:
                await self._look()
            except (SQLAlchemyError, OSError) as error:
                log.warning("cannot look for news: %s", type(error).__name__)

    async def _look(self) -> None:
        """Ring for every watched job whose last event is another than at the last look; a deleted job rings too."""
        watched = list(self._ears)
        if not watched:
            return
        async with self._database.async_unit_of_work() as connection:
            rows = await connection.execute(select(Job.id, Job.seq).where(Job.id.in_(watched)))
        last = {row.id: row.seq for row in rows}
        for job_id in watched:
            if last.get(job_id) != self._seen.get(job_id) or job_id not in last:
                self._seen[job_id] = last.get(job_id, 0)
                for ear in self._ears.get(job_id, ()):
                    ear.ring()
