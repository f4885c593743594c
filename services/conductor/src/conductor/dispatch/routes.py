"""Which wire a job goes by: the queue's, or that of a cohort while workers of one queue have different code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, text

from conductor.dispatch.window import LiveWorker, window
from mediamill.queues.generations import labels_of

Labels = Mapping[str, frozenset[str]]
"""What each cohort serves."""

_SERVES = text("SELECT DISTINCT ON (cohort) cohort, serves FROM workers WHERE cohort = ANY(CAST(:cohorts AS text[]))")


class Cohorts:
    """What every cohort serves, asked once for each."""

    def __init__(self) -> None:
        self.known: dict[str, frozenset[str]] = {}

    def missing(self, workers: Sequence[LiveWorker]) -> set[str]:
        """Give the cohorts of these workers that were not asked for yet."""
        return {worker.cohort for worker in workers if worker.cohort is not None} - self.known.keys()

    def labels(self, connection: Connection, workers: Sequence[LiveWorker]) -> Labels:
        """Give what the cohorts of these workers serve."""
        if missing := self.missing(workers):
            rows = connection.execute(_SERVES, {"cohorts": sorted(missing)})
            self.known.update({row.cohort: labels_of(row.serves) for row in rows})
        return self.known


@dataclass
class Routes:
    """Where the jobs of one queue may go now, by their labels."""

    served: Sequence[str] | None
    """The labels that some worker has room for; ``None`` where no worker tells what it serves."""
    narrow: dict[str, dict[str, int]] = field(default_factory=dict)
    """Of each label that only some workers serve: their cohorts, and for how many jobs each has room."""

    def take(self, label: str) -> tuple[bool, str | None]:
        """Take a place for a job. Tells whether there is one, and the cohort whose wire it goes by if not all's."""
        if label not in self.narrow:
            return True, None
        cohort, room = max(self.narrow[label].items(), key=lambda item: item[1])
        if room <= 0:
            return False, None
        for rooms in self.narrow.values():
            if cohort in rooms:
                rooms[cohort] -= 1
        return True, cohort


def routes(
    queue: str,
    workers: Sequence[LiveWorker],
    labels: Labels,
    unclaimed: Mapping[str, int],
    prefetch: int,
    depth: int = 1,
) -> Routes:
    """Tell where the jobs of a queue may go: everywhere by the queue's wire, unless its workers differ."""
    serving = [worker for worker in workers if queue in worker.queues and worker.cohort in labels]
    cohorts = {worker.cohort: labels[worker.cohort] for worker in serving if worker.cohort is not None}
    if not cohorts:
        return Routes(None)
    every, some = frozenset.intersection(*cohorts.values()), frozenset[str]().union(*cohorts.values())
    own = f"{queue}."
    if every == some:
        return Routes([name for name in every if name.startswith(own)])
    room = {
        cohort: window(queue, [worker for worker in serving if worker.cohort == cohort], unclaimed, prefetch, depth)
        for cohort in cohorts
    }
    narrow = {
        name: {cohort: room[cohort] for cohort, known in cohorts.items() if name in known}
        for name in some - every
        if name.startswith(own)
    }
    free = [name for name, rooms in narrow.items() if max(rooms.values()) > 0]
    return Routes([*(name for name in every if name.startswith(own)), *free], narrow)
