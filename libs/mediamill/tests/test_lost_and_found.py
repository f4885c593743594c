"""What the chaos runs found, each with its cause alone: answers that are lost, workers that are taken for dead."""

from __future__ import annotations

import threading
from collections.abc import Callable
from uuid import UUID, uuid4

import psycopg
import pytest
from kombu import Consumer
from pydantic import SecretStr
from sqlalchemy import Connection, delete, func, insert, select, text, update

from conductor.dispatch.queries import HAND_OVER
from mediamill import clock
from mediamill.handlers import endings
from mediamill.handlers.context import Call
from mediamill.handlers.parked import Awaited
from mediamill.handlers.process import WorkerProcess
from mediamill.handlers.registration import Registration
from mediamill.handlers.run import Run, Stop
from mediamill.handlers.runner import Parts, run_claimed
from mediamill.jobs import journal, transition
from mediamill.jobs.cancel import cancel
from mediamill.jobs.model import Deadline, Lease, Line, Wait, Worker
from mediamill.jobs.states import State
from mediamill.settings import Settings
from mediamill.steps.model import StepState, StepType
from mediamill.wire.celery import make_app
from mediamill.wire.message import Received
from mediamill_testing.harness import Mill


def claimed(mill: Mill, job: UUID, worker: UUID | None = None) -> Run:
    mill.dispatcher.tick()
    delivery = mill.wire.deliveries.pop()
    assert delivery.job_id == job
    row = mill.db.one(transition.claim(job, delivery.number, worker or mill.worker.registration.worker_id))
    assert row is not None
    return Run.of(row, mill.registry.kind(row.kind))


def buried(mill: Mill, worker: WorkerProcess) -> None:
    with mill.db.unit_of_work() as connection:
        connection.execute(delete(Worker).where(Worker.id == worker.registration.worker_id))


def leases(mill: Mill) -> int:
    with mill.db.unit_of_work() as connection:
        return int(connection.execute(select(func.count()).select_from(Lease)).scalar_one())


def test_a_step_whose_answer_was_lost_may_be_written_again(mill: Mill) -> None:
    run = claimed(mill, mill.accept("test.steps"))
    entry = journal.Entry(0, "step 0", StepType.STEP, StepState.DONE, 7, clock.now())
    mill.db.one(journal.record(run.job_id, run.delivery, entry))
    first = mill.steps(run.job_id)

    again = mill.db.one(journal.record(run.job_id, run.delivery, entry))

    assert again is not None
    assert mill.steps(run.job_id) == first


def test_while_workers_hold_jobs_the_dead_are_looked_for_more_often(mill: Mill) -> None:
    mill.sweeper.tick()
    idle_s = mill.sweeper.pause_s(1)
    claimed(mill, mill.accept("test.noop"))

    mill.sweeper.tick()

    assert mill.sweeper.pause_s(1) < idle_s == 1


def test_a_flow_that_lost_its_job_while_it_parked_leaves_no_children(mill: Mill) -> None:
    run = claimed(mill, mill.accept("test.fanout", {"n": 2}))
    with mill.db.unit_of_work() as connection:
        endings.hand_back(connection, run, "test")
    awaited = Awaited("children", 0, "test.noop", calls=(Call("test.noop", {}),), children=[None], recorded=False)

    held = mill.db.run(lambda c: endings.park(c, run, awaited, mill.registry))

    assert not held
    assert mill.children(run.job_id) == []


def test_a_park_whose_answer_was_lost_makes_no_second_children(mill: Mill) -> None:
    run = claimed(mill, mill.accept("test.fanout", {"n": 1}))
    awaited = Awaited("children", 0, "test.noop", calls=(Call("test.noop", {}),), children=[None], recorded=False)
    assert mill.db.run(lambda c: endings.park(c, run, awaited, mill.registry))

    mill.db.run(lambda c: endings.park(c, run, awaited, mill.registry))

    assert len(mill.children(run.job_id)) == 1
    assert mill.state_of(run.job_id) is State.WAITING


def hand_over(connection: Connection, mill: Mill, job: UUID) -> None:
    connection.execute(HAND_OVER, {"ids": [job]})


def put_in_line(connection: Connection, mill: Mill, job: UUID) -> None:
    assert connection.execute(*transition.hand_back(job, mill.job(job).delivery, "test")).first() is not None


def park(connection: Connection, mill: Mill, job: UUID) -> None:
    parked = transition.park(job, mill.job(job).delivery, reason="signal", ordinal=0, signal="go", wake_at=None)
    assert connection.execute(*parked).first() is not None


def expire(mill: Mill, job: UUID) -> None:
    with mill.db.unit_of_work() as connection:
        connection.execute(insert(Deadline).values(job_id=job, at=func.now()))
    mill.sweeper.tick()


def cancel_it(mill: Mill, job: UUID) -> None:
    mill.db.run(lambda c: cancel(c, mill.tenant, job))


def waits_for_a_lock(mill: Mill) -> bool:
    query = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with mill.db.unit_of_work() as connection:
        return connection.execute(text(query)).first() is not None


@pytest.mark.parametrize("withdraw", [cancel_it, expire])
@pytest.mark.parametrize(("move", "is_claimed"), [(hand_over, False), (put_in_line, True), (park, True)])
def test_a_job_that_is_ended_while_it_moves_leaves_nothing_where_it_went(
    mill: Mill, move: Callable[[Connection, Mill, UUID], None], is_claimed: bool, withdraw: Callable[[Mill, UUID], None]
) -> None:
    job = mill.accept("test.noop")
    if is_claimed:
        claimed(mill, job)
    ending = threading.Thread(target=withdraw, args=(mill, job))
    with mill.db.unit_of_work() as connection:
        move(connection, mill, job)

        ending.start()
        until = clock.monotonic() + 20
        while not waits_for_a_lock(mill):
            assert clock.monotonic() < until
    ending.join()

    assert mill.state_of(job) in {State.CANCELED, State.FAILED}
    assert [mill.db.run(lambda c, t=t: c.execute(select(t)).all()) for t in (Line, Lease, Wait)] == [[], [], []]


def test_a_worker_that_was_taken_for_dead_claims_nothing(mill: Mill) -> None:
    job = mill.accept("test.noop")
    mill.dispatcher.tick()
    delivery = mill.wire.deliveries.pop()
    buried(mill, mill.worker)

    mill.worker.deliver([Received(job, delivery.number)])

    assert mill.told(job) == ["queued"]


def test_a_stopped_run_whose_job_nobody_took_hands_it_back(mill: Mill) -> None:
    job = mill.accept("test.noop")
    run = claimed(mill, job)
    run.stop(Stop.LOST)

    run_claimed(run, Parts(mill.db, mill.registry, mill.store))

    assert mill.told(job) == ["queued", "started", "handed_back"]
    assert leases(mill) == 0


def test_a_job_that_was_claimed_while_its_worker_was_buried_is_taken_back(mill: Mill) -> None:
    job = mill.accept("test.noop")
    claimed(mill, job)
    with mill.db.unit_of_work() as connection:
        connection.execute(update(Lease).where(Lease.job_id == job).values(worker_id=uuid4()))

    mill.sweeper.tick()

    assert mill.told(job) == ["queued", "started", "handed_back"]
    assert mill.work_until_ended(job) is State.SUCCEEDED


def test_a_worker_whose_session_was_cut_is_not_taken_for_dead(mill: Mill) -> None:
    worker = mill.add_worker()
    worker.start()
    mill.sweeper.tick()
    before = worker.registration.worker_id
    cut = (
        "SELECT pg_terminate_backend(pg_stat_activity.pid) FROM pg_stat_activity JOIN workers ON workers.id = :id"
        " WHERE application_name = 'mediamill worker ' || workers.number AND datname = current_database()"
    )
    with mill.db.unit_of_work() as connection:
        assert connection.execute(text(cut), {"id": before}).scalar_one()

    mill.sweeper.tick()

    assert worker.registration.beat() is not None
    assert worker.registration.worker_id == before
    worker.stop()


class AwayAtFirst(Registration):
    """Registers only when it is asked again, as when the database is away while the worker starts."""

    tries = 0

    def register(self) -> None:
        self.tries += 1
        if self.tries == 1:
            raise psycopg.OperationalError("the database system is starting up")
        super().register()


def test_a_worker_that_starts_while_the_database_is_away_appears_with_its_first_heartbeats(mill: Mill) -> None:
    url = mill.config.database_url.get_secret_value()
    registration = AwayAtFirst(mill.db, url, ["test"], 1, serves={}, holds_session=True)
    worker = WorkerProcess(
        Parts(mill.db, mill.registry, mill.store), registration, slots=1, heartbeat_s=0.05, grace_s=0
    )

    worker.start()

    until = clock.monotonic() + 20
    while not mill.db.run(lambda c: c.execute(select(Worker).where(Worker.number != 1)).first()):
        assert clock.monotonic() < until
    worker.stop()


@pytest.mark.parametrize("nonsense", [b"not JSON", b"{}", b"[]", b"\xff\xfe"])
def test_what_is_no_message_is_dropped_and_the_next_one_is_read(valkey_url: str, nonsense: bytes) -> None:
    app = make_app(Settings(broker_url=SecretStr(valkey_url)))
    queue, got = f"q-{uuid4().hex}", threading.Event()
    with app.connection_for_read() as connection:
        channel = connection.channel()
        channel.client.lpush(queue, nonsense)
        with connection.Producer(channel) as producer:
            producer.publish({"sound": True}, routing_key=queue)

        with Consumer(channel, [app.amqp.queues.new_missing(queue)], callbacks=[lambda *_: got.set()], no_ack=True):
            until = clock.monotonic() + 10
            while not got.is_set() and clock.monotonic() < until:
                connection.drain_events(timeout=10)

    assert got.is_set()
