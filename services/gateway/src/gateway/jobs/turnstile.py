"""Group commit: who comes while a statement is under way goes with the next one, in one statement and one commit."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from mediamill.db.direct_async import Unsure
from mediamill.db.session import Database
from mediamill.jobs.admission import admit
from mediamill.jobs.draft import Draft, Need
from mediamill.jobs.states import State

MOST_AT_ONCE = 100


class Entry(NamedTuple):
    """A job that was made, and its place in line if that is known without counting."""

    job_id: UUID
    state: State
    created_at: datetime
    position: int | None


class _Waiting(NamedTuple):
    draft: Draft
    entry: asyncio.Future[Entry | None]


class Turnstile:
    """Makes jobs of drafts in as few statements as their arrival allows. A lone one is not kept waiting.

    Drafts with a key have a lane of their own: only they may have to wait for somebody else's transaction.
    """

    def __init__(self, database: Database) -> None:
        self._plain = _Lane(database)
        self._keyed = _Lane(database)

    async def enter(self, draft: Draft) -> Entry | None:
        """Make the job. ``None`` when it was not made or nobody knows: ``accept_drafts`` does it then, or tells why."""
        return await (self._keyed if Need.KEY in draft.needs else self._plain).enter(draft)


class _Lane:
    """One statement at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Waiting] = []
        self._is_busy = False
        self._task: asyncio.Task[None] | None = None

    async def enter(self, draft: Draft) -> Entry | None:
        if self._is_busy:
            waiting = _Waiting(draft, asyncio.get_running_loop().create_future())
            self._waiting.append(waiting)
            return await waiting.entry
        self._is_busy = True
        try:
            return (await self._make([draft])).get(draft.job_id)
        finally:
            self._go_on()

    def _go_on(self) -> None:
        self._is_busy = bool(self._waiting)
        self._task = asyncio.create_task(self._make_waiting()) if self._waiting else None

    async def _make_waiting(self) -> None:
        group = [waiting for waiting in self._waiting[:MOST_AT_ONCE] if not waiting.entry.done()]
        del self._waiting[:MOST_AT_ONCE]
        entries: dict[UUID, Entry] = {}
        try:
            entries = await self._make([waiting.draft for waiting in group]) if group else {}
        finally:
            for waiting in group:
                if not waiting.entry.done():
                    waiting.entry.set_result(entries.get(waiting.draft.job_id))
            self._go_on()

    async def _make(self, drafts: Sequence[Draft]) -> dict[UUID, Entry]:
        """Make what can be made. One that breaks the statement breaks it for all; each then goes its own way."""
        try:
            found = await self._database.async_direct.rows(admit(drafts))
        except Unsure:
            return {}
        return {entry.job_id: entry for entry in _entries(drafts, {row.id: row for row in found})}


def _entries(drafts: Sequence[Draft], made: Mapping[UUID, Any]) -> Iterator[Entry]:
    """Tell what became of each; the place is 0 for the first that came into an empty line."""
    seen: set[str] = set()
    for draft in drafts:
        if (row := made.get(draft.job_id)) is None:
            continue
        state, queue = State(row.state), draft.request.kind.queue
        is_next = row.is_first and queue not in seen and state is State.QUEUED and draft.request.run_at is None
        seen.add(queue)
        yield Entry(row.id, state, row.created_at, 0 if is_next else None)
