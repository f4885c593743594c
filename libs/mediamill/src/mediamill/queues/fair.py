"""Whose job is next: deficit round robin over tenants, as a pure function.

Source: M. Shreedhar, G. Varghese, "Efficient Fair Queuing Using Deficit Round-Robin", SIGCOMM 1995. A job costs one;
a tenant's quantum is its weight. Deficits and the turn are kept between calls, so a window of one is as fair as a
window of a thousand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Candidate(NamedTuple):
    """A job that may go next, in its tenant's own order."""

    job_id: UUID
    kind: str


class TenantLine(NamedTuple):
    """The head of a tenant's line in one queue."""

    weight: int
    room: int
    """How many more of its jobs may run now."""
    jobs: Sequence[Candidate]


class Turns(BaseModel):
    """What is remembered between batches: whose turn it is and what is left of it."""

    model_config = ConfigDict(frozen=True)

    at: str = ""
    """The tenant whose turn it is; empty at the beginning."""
    left: int = 0
    """Jobs that this tenant may still send in its turn."""


class Batch(NamedTuple):
    """The jobs that go, in order, and the turns after them."""

    jobs: list[UUID]
    turns: Turns


def next_batch(
    lines: Mapping[UUID, TenantLine], turns: Turns, slots: int, kind_room: Mapping[str, int] | None = None
) -> Batch:
    """Take up to ``slots`` jobs, tenant after tenant, each up to its weight a turn.

    ``kind_room`` bounds how many jobs of a kind may still go; a kind that is not in it is not bounded.
    """
    order = sorted(lines, key=str)
    heads = {tenant: _Head(lines[tenant]) for tenant in order}
    room = dict(kind_room or {})
    chosen: list[UUID] = []
    at, left = _begin(order, turns)
    idle = 0
    while order and len(chosen) < slots and idle < len(order):
        tenant = order[at]
        budget = left if left > 0 else max(1, lines[tenant].weight)
        job = heads[tenant].pop(room)
        if job is None:
            idle, at, left = idle + 1, (at + 1) % len(order), 0
            continue
        chosen.append(job)
        idle, left = 0, budget - 1
        if left == 0:
            at = (at + 1) % len(order)
    return Batch(chosen, Turns(at=str(order[at]), left=left) if order else turns)


def _begin(order: Sequence[UUID], turns: Turns) -> tuple[int, int]:
    """Find the place to go on from: the remembered tenant, or the next one if its line is empty now."""
    for index, tenant in enumerate(order):
        if str(tenant) >= turns.at:
            return index, turns.left if str(tenant) == turns.at else 0
    return 0, 0


class _Head:
    """What is left of a tenant's candidates."""

    def __init__(self, line: TenantLine) -> None:
        self._jobs = list(reversed(line.jobs))
        self._room = line.room

    def pop(self, kind_room: dict[str, int]) -> UUID | None:
        """Take the next job whose kind has room."""
        while self._jobs and self._room > 0:
            job = self._jobs.pop()
            if kind_room.get(job.kind, 1) <= 0:
                continue
            if job.kind in kind_room:
                kind_room[job.kind] -= 1
            self._room -= 1
            return job.job_id
        return None
