"""A cancel that meets another move of the same job: one of the two happens, and nothing is left between them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import Connection, select, text

from mediamill.jobs import transition, undelivered
from mediamill.jobs.cancel import cancel
from mediamill.jobs.model import Job, Lease, Line, Wait
from mediamill.jobs.states import FINAL, State
from mediamill_testing.harness import Mill
from mediamill_testing.stacks import until

Move = Callable[[Connection, Mill, UUID], None]


def delivered(mill: Mill, job: UUID) -> int:
    mill.dispatcher.tick()
    return next(found.number for found in mill.wire.deliveries if found.job_id == job)


def claim(connection: Connection, mill: Mill, job: UUID) -> None:
    worker_id = mill.worker.registration.worker_id
    connection.execute(*transition.claim(job, mill.job(job).delivery, worker_id)).one()


def succeed(connection: Connection, mill: Mill, job: UUID) -> None:
    connection.execute(*transition.succeed(job, mill.job(job).delivery, {"done": True}, reusable=False)).one()


def retry(connection: Connection, mill: Mill, job: UUID) -> None:
    connection.execute(*transition.retry(job, mill.job(job).delivery, delay_s=0, error={"code": "x"})).one()


def put_back(connection: Connection, mill: Mill, job: UUID) -> None:
    connection.execute(*undelivered.put_back(job, mill.job(job).delivery)).one()


def wake(connection: Connection, mill: Mill, job: UUID) -> None:
    connection.execute(*transition.wake(Job.id == job)).one()


def another_cancel(connection: Connection, mill: Mill, job: UUID) -> None:
    assert cancel(connection, mill.tenant, job)


def delivery(mill: Mill, job: UUID) -> None:
    delivered(mill, job)


def running(mill: Mill, job: UUID) -> None:
    delivered(mill, job)
    mill.db.run(lambda c: claim(c, mill, job))


def waiting(mill: Mill, job: UUID) -> None:
    running(mill, job)
    parked = transition.park(job, mill.job(job).delivery, reason="signal", ordinal=0, signal="go", wake_at=None)
    mill.db.run(lambda c: c.execute(*parked).one())


def waits_for_a_lock(mill: Mill) -> bool:
    query = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    return mill.db.run(lambda c: c.execute(text(query)).first()) is not None


@pytest.mark.parametrize(
    ("before", "move", "ends_as"),
    [
        (delivery, claim, State.CANCELED),
        (delivery, put_back, State.CANCELED),
        (running, succeed, State.SUCCEEDED),
        (running, retry, State.CANCELED),
        (waiting, wake, State.CANCELED),
        (running, another_cancel, State.CANCELED),
        (delivery, another_cancel, State.CANCELED),
    ],
)
def test_a_cancel_that_comes_while_a_job_moves_takes_hold_of_where_it_went(
    mill: Mill, before: Callable[[Mill, UUID], None], move: Move, ends_as: State
) -> None:
    job = mill.accept("test.noop")
    before(mill, job)
    cancelling = threading.Thread(target=lambda: mill.db.run(lambda c: cancel(c, mill.tenant, job)))
    with mill.db.unit_of_work() as connection:
        move(connection, mill, job)
        cancelling.start()
        until(lambda: waits_for_a_lock(mill))
    cancelling.join()

    left = [mill.db.run(lambda c, t=t: c.execute(select(t.job_id)).all()) for t in (Line, Wait)]
    ends = [event for event in mill.told(job) if event in {state.value for state in FINAL}]
    assert mill.state_of(job) is ends_as
    assert left == [[], []]
    assert ends == [ends_as.value]


@pytest.mark.parametrize(("before", "move"), [(delivery, claim), (running, succeed), (running, retry), (waiting, wake)])
def test_a_move_that_comes_after_a_cancel_changes_nothing(
    mill: Mill, before: Callable[[Mill, UUID], None], move: Move
) -> None:
    job = mill.accept("test.noop")
    before(mill, job)
    mill.db.run(lambda c: cancel(c, mill.tenant, job))
    told = mill.told(job)

    with pytest.raises(Exception, match="No row was found"):
        mill.db.run(lambda c: move(c, mill, job))

    assert mill.told(job) == told


def test_of_many_cancels_at_once_exactly_one_ends_the_job(mill: Mill) -> None:
    job, did = mill.accept("test.noop"), list[bool]()
    running(mill, job)

    threads = [
        threading.Thread(target=lambda: did.append(mill.db.run(lambda c: cancel(c, mill.tenant, job))))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(did) == [False] * 7 + [True]
    assert mill.told(job).count("canceled") == 1
    assert len(mill.db.run(lambda c: c.execute(select(Lease.job_id)).all())) == 1, "until the run has stopped"
