"""How jobs enter: those that come about the same time are made together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from gateway.group import Group
from mediamill.db.direct_async import Unsure
from mediamill.db.session import Database
from mediamill.jobs.admission import admit
from mediamill.jobs.draft import Draft, Need
from mediamill.jobs.states import State


class Entry(NamedTuple):
    """A job that was made, and its place in line if that is known without counting."""

    job_id: UUID
    state: State
    created_at: datetime
    position: int | None


class Turnstile:
    """Makes jobs of drafts in as few statements as their arrival allows. A lone one is not kept waiting.

    Drafts with a key have a lane of their own: only they may have to wait for somebody else's transaction.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._plain, self._keyed = Group(self._make), Group(self._make)

    async def enter(self, draft: Draft) -> Entry | None:
        """Make the job. ``None`` when it was not made or nobody knows: ``accept_drafts`` does it then, or tells why."""
        return await (self._keyed if Need.KEY in draft.needs else self._plain).join(draft)

    async def _make(self, drafts: Sequence[Draft]) -> list[Entry | None]:
        """Make what can be made. One that breaks the statement breaks it for all; each then goes its own way."""
        try:
            found = await self._database.async_direct.rows(admit(drafts))
        except Unsure:
            return [None] * len(drafts)
        entries = {entry.job_id: entry for entry in _entries(drafts, {row.id: row for row in found})}
        return [entries.get(draft.job_id) for draft in drafts]


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
