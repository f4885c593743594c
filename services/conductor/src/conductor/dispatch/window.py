"""How much the broker may hold: the live workers' free slots and a little more, as a pure function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID


class LiveWorker(NamedTuple):
    """A worker that takes deliveries."""

    id: UUID
    queues: frozenset[str]
    slots: int
    busy: int
    cohort: str | None = None


def window(
    queue: str, workers: Sequence[LiveWorker], unclaimed: Mapping[str, int], prefetch: int, depth: int = 1
) -> int:
    """Give how many more deliveries of a queue may be published; none when no worker serves it.

    A slot, and a place of the ``prefetch``, holds ``depth`` of them.

    What is published and unclaimed may end up in any slot that serves its queue, so the unclaimed jobs of every queue
    that shares a worker with this one count against it.
    """
    serving = [worker for worker in workers if queue in worker.queues]
    if not serving:
        return 0
    free = sum(max(0, worker.slots * depth - worker.busy) for worker in serving)
    neighbours = frozenset[str]().union(*(worker.queues for worker in serving))
    waiting = sum(jobs for name, jobs in unclaimed.items() if name in neighbours)
    return max(0, free + prefetch * depth - waiting)


def slots_of(queue: str, workers: Sequence[LiveWorker]) -> int:
    """Give how many jobs of a queue can run at once."""
    return sum(worker.slots for worker in workers if queue in worker.queues)


def has_free_slot(queue: str, workers: Sequence[LiveWorker]) -> bool:
    """Tell whether a worker of the queue has nothing to do in some slot."""
    return any(queue in worker.queues and worker.busy < worker.slots for worker in workers)
