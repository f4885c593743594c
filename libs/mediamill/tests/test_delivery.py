"""The broker is a wire: what it loses, repeats or brings late changes nothing."""

from __future__ import annotations

import threading
from uuid import uuid4

from sqlalchemy import select, text

from mediamill.handlers.endings import hand_back
from mediamill.handlers.run import Run
from mediamill.jobs import transition
from mediamill.jobs.model import Lease
from mediamill.jobs.states import State
from mediamill.wire.message import Delivery, Received
from mediamill_testing.harness import Mill


def handed_over(mill: Mill) -> Delivery:
    mill.dispatcher.tick()
    return mill.wire.deliveries.pop()


def claimed(mill: Mill, delivery: Delivery) -> Run:
    worker = mill.worker.registration.worker_id
    with mill.db.unit_of_work() as connection:
        row = connection.execute(*transition.claim(delivery.job_id, delivery.number, worker)).one()
    return Run.of(row, mill.registry.kind(row.kind))


def test_a_delivery_that_comes_twice_runs_once(mill: Mill) -> None:
    job = mill.accept("test.noop")
    delivery = handed_over(mill)

    mill.worker.deliver([Received(delivery.job_id, delivery.number)])
    mill.worker.deliver([Received(delivery.job_id, delivery.number)])

    assert mill.told(job) == ["queued", "started", "succeeded"]


def test_a_lost_delivery_is_published_again_with_the_next_number(mill: Mill) -> None:
    job = mill.accept("test.noop")
    lost = handed_over(mill)

    state = mill.work_until_ended(job)

    assert state is State.SUCCEEDED
    assert mill.job(job).delivery == lost.number + 1


def test_the_lost_delivery_that_appears_after_all_is_stale(mill: Mill) -> None:
    job = mill.accept("test.noop")
    lost = handed_over(mill)
    mill.work_until_ended(job)

    mill.worker.deliver([Received(lost.job_id, lost.number)])

    assert mill.told(job) == ["queued", "started", "succeeded"]


def test_a_forged_delivery_is_dropped(mill: Mill) -> None:
    job = mill.accept("test.noop")

    mill.worker.deliver([Received(job, 99)])
    mill.worker.deliver([Received(uuid4(), 1)])

    assert mill.told(job) == ["queued"]


def test_a_zombies_write_changes_nothing(mill: Mill) -> None:
    job = mill.accept("test.noop")
    run = claimed(mill, handed_over(mill))
    with mill.db.unit_of_work() as connection:
        assert hand_back(connection, run, "test")
    mill.work_until_idle()

    with mill.db.unit_of_work() as connection:
        late = connection.execute(*transition.fail(job, run.delivery, {"code": "late"})).first()

    assert late is None
    assert mill.state_of(job) is State.SUCCEEDED


def test_no_live_worker_means_that_nothing_is_published(mill: Mill) -> None:
    mill.worker.stop()
    mill.accept("test.noop")

    mill.dispatcher.tick()

    assert mill.wire.deliveries == []


def test_the_window_is_the_free_slots_and_a_small_prefetch(mill: Mill) -> None:
    for _ in range(50):
        mill.accept("test.noop")

    mill.dispatcher.tick()
    mill.dispatcher.tick()

    assert len(mill.wire.deliveries) == 8


def test_a_dead_workers_jobs_are_back_first_in_line_with_a_crash_counted(mill: Mill) -> None:
    job = mill.accept("test.noop")
    claimed(mill, handed_over(mill))
    younger = mill.accept("test.noop")

    forget_session(mill)
    while mill.state_of(job) is State.RUNNING:
        mill.sweeper.tick()
    mill.worker = mill.add_worker()
    mill.dispatcher.tick()

    assert [delivery.job_id for delivery in mill.wire.deliveries] == [job, younger]
    assert mill.job(job).crashes == 1
    assert mill.events(job)[-1].data["reason"] == "worker_lost"


def test_a_job_that_takes_three_workers_down_fails_as_crashed(mill: Mill) -> None:
    job = mill.accept("test.noop")

    for _ in range(3):
        mill.dispatcher.tick()
        claimed(mill, mill.wire.deliveries.pop())
        forget_session(mill)
        while mill.state_of(job) is State.RUNNING:
            mill.sweeper.tick()
        mill.worker = mill.add_worker()

    assert mill.state_of(job) is State.FAILED
    assert mill.job(job).error["code"] == "crashed"


def test_a_worker_whose_claim_was_committed_unheard_hands_it_back(mill: Mill) -> None:
    job = mill.accept("test.noop")
    run = claimed(mill, handed_over(mill))

    mill.worker.strange_since = {(run.job_id, run.delivery): -1e9}
    mill.worker.beat()

    with mill.db.unit_of_work() as connection:
        leases = connection.execute(select(Lease.job_id)).all()
    assert (mill.state_of(job), leases) == (State.QUEUED, [])


def forget_session(mill: Mill) -> None:
    """End the worker's session as its death would, and let Postgres and worker be old enough to be judged."""
    mill.worker.registration.close_session()
    with mill.db.unit_of_work() as connection:
        connection.execute(
            text("UPDATE workers SET started_at = now() - interval '1 minute', seen_at = now() - interval '1 hour'")
        )


def test_a_delivery_that_finds_no_free_slot_goes_back_to_the_head_of_the_line(mill: Mill) -> None:
    mill.worker.stop()
    mill.worker = mill.add_worker(slots=1)
    job = mill.accept("test.noop")
    delivery = handed_over(mill)
    busy = mill.accept("test.sleep", {"seconds": 1})
    with mill.db.unit_of_work() as connection:
        connection.execute(text("UPDATE workers SET slots = 2"))
    other = handed_over(mill)
    thread = threading.Thread(target=mill.worker.deliver, args=([Received(other.job_id, other.number)],))
    thread.start()
    while mill.state_of(busy) is State.QUEUED:
        thread.join(0.01)

    mill.worker.deliver([Received(delivery.job_id, delivery.number)])
    returned = mill.told(job)
    thread.join()
    mill.work_until_idle()

    assert returned == ["queued"]
    assert mill.told(job) == ["queued", "started", "succeeded"]
    assert mill.job(job).delivery == 2
