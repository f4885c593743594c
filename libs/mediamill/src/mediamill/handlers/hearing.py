"""Whether a worker still hears its queues: a consumer can live on and take nothing after its broker was restarted."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy import select

from mediamill.db.session import Database
from mediamill.jobs.model import Job, Lease
from mediamill.jobs.states import State
from mediamill.queues.generations import Serves, label, labels_of

IN_VAIN = 3
"""How often a job is published again, while this worker has a free slot and hears nothing, until it is deaf."""


class Hearing:
    """Compares what was published with what was heard."""

    def __init__(self, db: Database, queues: Sequence[str], serves: Serves, broker_answers: Callable[[], bool]) -> None:
        self._db = db
        self._queues = list(queues)
        self._labels = labels_of(serves)
        self._broker_answers = broker_answers
        self._heard = threading.Event()
        self._first_number: dict[UUID, int] = {}

    def heard(self) -> None:
        """Note that a delivery came, whatever it was."""
        self._heard.set()

    def is_deaf(self, free_slots: int) -> bool:
        """Look once. A broker that is away is no fault of the worker, nor is a conductor that publishes nothing."""
        has_heard = self._heard.is_set()
        self._heard.clear()
        unheard = {} if has_heard or free_slots <= 0 else self._unclaimed()
        if unheard and not self._broker_answers():
            unheard = {}
        self._first_number = {job: self._first_number.get(job, number) for job, number in unheard.items()}
        return any(number - self._first_number[job] >= IN_VAIN for job, number in unheard.items())

    def _unclaimed(self) -> dict[UUID, int]:
        query = (
            select(Lease.job_id, Lease.delivery, Job.kind, Job.generation)
            .join(Job, (Job.id == Lease.job_id) & (Job.delivery == Lease.delivery))
            .where(Lease.worker_id.is_(None), Lease.queue.in_(self._queues), Job.state == State.QUEUED.value)
        )
        rows = self._db.run(lambda c: list(c.execute(query)), patience_s=0)
        return {row.job_id: row.delivery for row in rows if label(row.kind, row.generation) in self._labels}
