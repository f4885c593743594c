"""Deliveries that come in one message are done in a row by one slot, and wait for nobody behind a long one."""

from __future__ import annotations

import threading
from uuid import UUID

from sqlalchemy import text

from mediamill.jobs import relay, transition
from mediamill.jobs.cancel import cancel
from mediamill.jobs.model import Lease
from mediamill.jobs.states import State
from mediamill.wire.message import Received
from mediamill_testing.harness import Mill
from mediamill_testing.stacks import until

DONE = ["queued", "started", "succeeded"]


def handed_over(mill: Mill) -> list[Received]:
    """Hand over whatever is in line."""
    mill.dispatcher.tick()
    taken, mill.wire.deliveries = mill.wire.deliveries, []
    return [Received(delivery.job_id, delivery.number) for delivery in taken]


def follow(mill: Mill, done: Received, following: Received, worker_id: UUID | None = None) -> tuple[bool, UUID | None]:
    """End one job and claim another; tell whether it ended, and what was claimed."""
    row = mill.db.one(
        relay.succeed_and_claim(
            *done,
            {"text": "done"},
            reusable=False,
            next_id=following.job_id,
            next_delivery=following.number,
            worker_id=worker_id or mill.worker.registration.worker_id,
        )
    )
    assert row is not None
    return row.ended is not None, row.id


def leases(mill: Mill) -> set[UUID]:
    with mill.db.unit_of_work() as connection:
        return set(connection.execute(Lease.__table__.select()).scalars())


def test_every_delivery_of_a_message_is_run(mill: Mill) -> None:
    jobs = [mill.accept("test.noop") for _ in range(5)]

    mill.worker.deliver(handed_over(mill))

    assert [mill.told(job) for job in jobs] == [DONE] * 5
    assert leases(mill) == set()


def test_a_stale_and_a_cancelled_one_are_left_out(mill: Mill) -> None:
    first, gone, last = jobs = [mill.accept("test.noop") for _ in range(3)]
    parcel = handed_over(mill)
    with mill.db.unit_of_work() as connection:
        cancel(connection, mill.tenant, gone)

    mill.worker.deliver([parcel[0], Received(first, 99), *parcel[1:], parcel[0]])

    assert [mill.state_of(job) for job in jobs] == [State.SUCCEEDED, State.CANCELED, State.SUCCEEDED]
    assert mill.told(last) == DONE


def test_one_that_fails_does_not_take_the_others_with_it(mill: Mill) -> None:
    jobs = [mill.accept("test.fail"), mill.accept("test.noop")]

    mill.worker.deliver(handed_over(mill))

    assert [mill.state_of(job) for job in jobs] == [State.FAILED, State.SUCCEEDED]


def test_the_end_of_one_and_the_claim_of_the_next_are_one(mill: Mill) -> None:
    first, second = mill.accept("test.noop"), mill.accept("test.noop")
    one, other = handed_over(mill)
    mill.db.one(transition.claim(*one, mill.worker.registration.worker_id))

    found = follow(mill, one, other)

    assert found == (True, second)
    assert (mill.told(first), mill.told(second)) == (DONE, ["queued", "started"])
    assert leases(mill) == {second}


def test_who_lost_its_job_claims_no_other_with_it(mill: Mill) -> None:
    first, second = mill.accept("test.noop"), mill.accept("test.noop")
    one, other = handed_over(mill)
    mill.db.one(transition.claim(*one, mill.worker.registration.worker_id))
    mill.db.one(transition.hand_back(*one, "test"))

    found = follow(mill, one, other)

    assert found == (False, None)
    assert (mill.state_of(first), mill.told(second)) == (State.QUEUED, ["queued"])


def test_the_next_one_is_not_waited_for_while_another_holds_it(mill: Mill) -> None:
    first, second = mill.accept("test.noop"), mill.accept("test.noop")
    one, other = handed_over(mill)
    mill.db.one(transition.claim(*one, mill.worker.registration.worker_id))

    with mill.db.unit_of_work() as connection:
        connection.execute(text("SELECT FROM jobs WHERE id = :id FOR UPDATE"), {"id": second})
        found = follow(mill, one, other)

    assert found == (True, None)
    assert (mill.state_of(first), mill.told(second)) == (State.SUCCEEDED, ["queued"])


def test_a_worker_that_does_not_serve_the_next_one_leaves_it(mill: Mill) -> None:
    mill.accept("test.noop")
    second = mill.accept("test.noop")
    one, other = handed_over(mill)
    mill.db.one(transition.claim(*one, mill.worker.registration.worker_id))
    with mill.db.unit_of_work() as connection:
        connection.execute(text("UPDATE workers SET serves = '{}'"))

    assert follow(mill, one, other) == (True, None)
    assert mill.told(second) == ["queued"]


def test_what_waits_behind_a_long_run_goes_back_for_others(mill: Mill) -> None:
    long, behind = mill.accept("test.sleep", {"seconds": 30}), mill.accept("test.noop")
    working = threading.Thread(target=mill.worker.deliver, args=(handed_over(mill),))
    working.start()
    until(lambda: mill.state_of(long) is State.RUNNING, 20)

    until(lambda: mill.worker.relieve() or handed_over(mill), 20)

    mill.worker.runs()[0].owner.stop()
    working.join()
    assert mill.told(behind) == ["queued"]
    assert mill.job(behind).delivery == 2


def test_a_drain_hands_back_what_was_not_begun_at_once(mill: Mill) -> None:
    long, behind = mill.accept("test.sleep", {"seconds": 30}), mill.accept("test.noop")
    working = threading.Thread(target=mill.worker.deliver, args=(handed_over(mill),))
    working.start()
    until(lambda: mill.state_of(long) is State.RUNNING, 20)

    mill.worker.drain()
    working.join()
    mill.worker.stop()

    assert mill.told(behind) == ["queued"]
    assert mill.told(long)[-1] == "handed_back"
    assert leases(mill) == set()
