"""One turn of the sweep."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from conductor.dispatch.routes import Cohorts, Routes, routes
from conductor.dispatch.tick import live_workers
from conductor.dispatch.tracing import begin, delivery, write_handed_over
from conductor.dispatch.window import has_free_slot
from conductor.sweep import queries
from mediamill.db.session import Database
from mediamill.errors import JobError
from mediamill.handlers.endings import describe
from mediamill.handlers.registration import LOCK_CLASS
from mediamill.hints import DISPATCH, job_topic, publish_hint, tenant_topic
from mediamill.jobs import transition, undelivered
from mediamill.jobs.coalesce import LANDED, FlightId, land_all
from mediamill.jobs.ended import end, take_hold, withdraw_descendants
from mediamill.jobs.model import Job, Wait
from mediamill.jobs.states import State
from mediamill.jobs.tracing import Handed, write_lost
from mediamill.queues.generations import label
from mediamill.settings import Settings
from mediamill.wire.message import Delivery
from mediamill.wire.publish import Publisher

log = logging.getLogger(__name__)

WAKE_BATCH = 500
SECOND_LOOK_S = 0.5
SOONER = 0.5
"""How much of the usual pause is left while workers hold jobs, which would wait for whoever finds them dead."""
DIED_WITH_IT_S = 1.0
"""What was published so long before a worker was found dead, and is unclaimed, may have been in its hands."""


class Crashed(JobError):
    """The job took down every worker that ran it."""

    code = "crashed"


class DeadlinePassed(JobError):
    """The job's deadline passed before it ended."""

    code = "timeout"


class Sweeper:
    """Finds what was lost and what is due."""

    def __init__(self, db: Database, publisher: Publisher, config: Settings) -> None:
        self._db = db
        self._publisher = publisher
        self._config = config
        self._cohorts = Cohorts()
        self._is_busy = False

    def wait(self, seconds: float) -> None:
        """Pause between two looks."""
        time.sleep(self.pause_s(seconds))

    def pause_s(self, seconds: float) -> float:
        """Give the pause until the next look, of the usual one."""
        return seconds * SOONER if self._is_busy else seconds

    def tick(self) -> int:
        """Look once, do what is due, and tell how many things that were."""
        with self._db.unit_of_work() as connection:
            due = connection.execute(queries.ANYTHING_DUE, self._parameters).one()
        self._is_busy = due.held
        buried = self._bury_the_dead() if due.dead_workers else 0
        done = buried
        if due.nobodys:
            done += self._take_back_from_nobody()
        if due.timers:
            done += self._wake_sleepers()
        if due.deadlines:
            done += self._expire()
        if due.followers:
            done += self._land()
        came_back = self._publisher.came_back()
        if due.unclaimed or buried or came_back:
            unclaimed_s = 0 if came_back else DIED_WITH_IT_S if buried else self._config.claim_timeout_s
            done += self._publish_again(unclaimed_s)
        if done:
            publish_hint(DISPATCH)
        return done

    @property
    def _parameters(self) -> dict[str, Any]:
        return {
            "lease_s": self._config.lease_s,
            "by_session": self._config.liveness == "session",
            "lock_class": LOCK_CLASS,
            "claim_timeout_s": self._config.claim_timeout_s,
        }

    def _bury_the_dead(self) -> int:
        """Bury who is dead at a second look too: a session that was only cut is back by then."""
        before = {worker.id for worker in self._dead()}
        time.sleep(SECOND_LOOK_S)
        dead = [worker for worker in self._dead() if worker.id in before]
        for worker in dead:
            log.warning("worker %s on %s is dead; its jobs go back in line", worker.pid, worker.host)
            with self._db.unit_of_work() as connection:
                leases = connection.execute(queries.LEASES_OF, {"worker_id": worker.id}).all()
            take_back = self._hand_back if worker.draining else self._take_back
            for lease in leases:
                with self._db.unit_of_work() as connection:
                    take_back(connection, lease)
                _write_lost(lease)
            with self._db.unit_of_work() as connection:
                connection.execute(queries.BURY, {"worker_id": worker.id})
        return len(dead)

    def _dead(self) -> list[Any]:
        with self._db.unit_of_work() as connection:
            return list(connection.execute(queries.DEAD_WORKERS, self._parameters))

    def _take_back_from_nobody(self) -> int:
        with self._db.unit_of_work() as connection:
            leases = connection.execute(queries.LEASES_OF_NOBODY).all()
        for lease in leases:
            with self._db.unit_of_work() as connection:
                self._take_back(connection, lease)
            _write_lost(lease)
        return len(leases)

    def _take_back(self, connection: Connection, lease: Any) -> None:
        if lease.state == State.RUNNING and lease.current == lease.delivery:
            if lease.crashes + 1 >= self._config.max_crashes:
                facts = describe(Crashed(f"{lease.crashes + 1} workers died while they ran it."))
                withdraw_descendants(connection, lease.job_id)
                _told(end(connection, transition.crash(lease.job_id, lease.delivery, facts)))
            else:
                _told(list(connection.execute(*transition.lose(lease.job_id, lease.delivery))))
        connection.execute(*transition.release(lease.job_id, lease.delivery))

    @staticmethod
    def _hand_back(connection: Connection, lease: Any) -> None:
        """Take a job back from a worker that was stopping: whoever killed it did so out of impatience with it."""
        _told(list(connection.execute(*transition.hand_back(lease.job_id, lease.delivery, "drain"))))
        connection.execute(*transition.release(lease.job_id, lease.delivery))

    def _wake_sleepers(self) -> int:
        due = select(Wait.job_id).where(Wait.wake_at <= func.now()).limit(WAKE_BATCH)
        with self._db.unit_of_work() as connection:
            return _told(list(connection.execute(*transition.wake(Job.id.in_(due)))))

    def _expire(self) -> int:
        facts = describe(DeadlinePassed())
        with self._db.unit_of_work() as connection:
            jobs = list(connection.execute(queries.DUE_DEADLINES).scalars())
            for job_id in jobs:
                withdraw_descendants(connection, job_id)
                take_hold(connection, Job.id == job_id)
                _told(end(connection, transition.expire(Job.id == job_id, facts)))
        return len(jobs)

    def _land(self) -> int:
        """Go on with whoever follows a job that has ended, if whoever ended it did not."""
        with self._db.unit_of_work() as connection:
            flights = [FlightId(*row) for row in connection.execute(LANDED)]
        return sum(_told(land_all(self._db, flight)) for flight in flights)

    def _publish_again(self, unclaimed_s: float) -> int:
        """Publish what nobody claimed for so long though a slot is free: its message is lost."""
        with self._db.unit_of_work() as connection:
            workers = live_workers(connection, self._config.lease_s)
            queues = sorted({queue for worker in workers for queue in worker.queues})
            free = [queue for queue in queues if has_free_slot(queue, workers)]
            if not free:
                return 0
            labels = self._cohorts.labels(connection, workers)
            given = {"queues": free, "claim_timeout_s": unclaimed_s}
            rows = connection.execute(queries.PUBLISH_AGAIN, given).all()
        if rows:
            log.warning("%d deliveries were not claimed in time; they are published again", len(rows))
        ways = {queue: routes(queue, workers, labels, {}, 0) for queue in free}
        began_ns, deliveries = begin(), self._addressed(rows, ways)
        published = self._publisher.publish(deliveries)
        write_handed_over(deliveries, began_ns)
        return published

    def _addressed(self, rows: Sequence[Any], ways: Mapping[str, Routes]) -> list[Delivery]:
        """Give each a way to go; what nobody serves any more, or nobody who has room, gets in line again."""
        deliveries = []
        for row in rows:
            name, way = label(row.kind, row.generation), ways[row.queue]
            has_room, cohort = way.take(name)
            if has_room and (way.served is None or name in way.served):
                deliveries.append(delivery(row, row.queue, cohort))
            else:
                self._db.one(undelivered.put_back(row.id, row.delivery))
        return deliveries


def _write_lost(lease: Any) -> None:
    """Write down, for whoever reads the job's trace, the run that its worker cannot tell of any more."""
    if lease.traceparent is not None and lease.claimed_at is not None:
        handed = Handed(lease.job_id, lease.delivery, lease.queue, lease.kind, lease.traceparent)
        write_lost(handed, lease.claimed_at)


def _told(moved: list[Any]) -> int:
    topics = {topic for row in moved for topic in (job_topic(row.id), tenant_topic(row.tenant_id))}
    publish_hint(*topics)
    return len(moved)
