"""Writes events as busy workers do: transactions that overlap, commit out of order, and are rolled back."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from contextlib import ExitStack
from uuid import UUID

from sqlalchemy import Connection, text

from mediamill.hints import Publisher, job_topic, tenant_topic
from mediamill.jobs import transition
from mediamill.jobs.accept import accept
from mediamill.jobs.model import Job
from mediamill_testing.harness import Mill
from mediamill_testing.swarm.client import Fact

_ROLLED_BACK = 0.2

NOTE = text("""
WITH moved AS (UPDATE jobs SET seq = seq + 1 WHERE id = :job RETURNING id, seq, tenant_id)
INSERT INTO events (job_id, seq, tenant_id, type, data)
SELECT id, seq, tenant_id, 'job.progress', '{"current": 1, "total": 2, "message": "drawing"}' FROM moved RETURNING seq
""")

LOG = text("""
SELECT job_id::text AS job_id, seq, tenant_id FROM events ORDER BY xid, number
""")


class NewsWriter:
    """Jobs of some tenants that it tells of, and their log."""

    def __init__(self, mill: Mill, tenants: Sequence[UUID], each: int, hint_url: str | None, seed: int) -> None:
        self._mill = mill
        self._publisher = Publisher(hint_url)
        self._chance = random.Random(seed)
        self.committing: dict[Fact, float] = {}
        self.jobs: dict[UUID, UUID] = {}
        with mill.db.unit_of_work() as connection:
            for tenant in tenants:
                made = accept(connection, [mill.request("test.noop", tenant_id=tenant) for _ in range(each)])
                self.jobs.update({job.job_id: tenant for job in made})

    def one(self, job: UUID) -> None:
        """Commit one event of a job, and hint at it as the engine does."""
        with self._mill.db.unit_of_work() as connection:
            fact = self._note(connection, job)
            self.committing[fact] = time.monotonic()
        self._hint(job)

    def overlapping(self, most: int) -> None:
        """Have some transactions open at once, and end them in another order than they began; some roll back."""
        open_: list[tuple[ExitStack, Connection, UUID]] = []
        for job in self._chance.sample(list(self.jobs), most):
            stack = ExitStack()
            connection = stack.enter_context(self._mill.db.unit_of_work())
            self._note(connection, job)
            open_.append((stack, connection, job))
        self._chance.shuffle(open_)
        for stack, connection, job in open_:
            if self._chance.random() < _ROLLED_BACK:
                connection.rollback()
            stack.close()
            self._hint(job)

    def end(self) -> None:
        """End every job."""
        for job in self.jobs:
            with self._mill.db.unit_of_work() as connection:
                connection.execute(*transition.cancel(Job.id == job))
            self._hint(job)

    def log(self) -> tuple[dict[UUID, list[Fact]], dict[UUID, list[Fact]]]:
        """Give the log of every tenant and of every job, as the database holds it."""
        by_tenant: dict[UUID, list[Fact]] = {tenant: [] for tenant in self.jobs.values()}
        with self._mill.db.unit_of_work() as connection:
            for row in connection.execute(LOG):
                by_tenant.setdefault(row.tenant_id, []).append((row.job_id, row.seq))
        by_job = {
            job: sorted(fact for fact in by_tenant[tenant] if fact[0] == str(job)) for job, tenant in self.jobs.items()
        }
        return by_tenant, by_job

    def _note(self, connection: Connection, job: UUID) -> Fact:
        row = connection.execute(NOTE, {"job": job}).one()
        return (str(job), row.seq)

    def _hint(self, job: UUID) -> None:
        self._publisher.publish(job_topic(job), tenant_topic(self.jobs[job]))
