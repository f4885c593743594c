"""A turn of the dispatcher: short where there is room for everybody, and never at the price of a limit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import func, insert, select, text

from conductor.dispatch import queries
from conductor.dispatch.tick import Dispatcher
from mediamill import clock
from mediamill.db.prepared import Prepared
from mediamill.jobs import transition
from mediamill.jobs.model import Lease, Line
from mediamill.queues.model import QueueState
from mediamill_testing.harness import ListWire, Mill

ALL: dict[str, list[str]] = {"full_kinds": []}


def test_a_line_that_fits_goes_at_once_and_leaves_nobody_behind(mill: Mill) -> None:
    jobs = [mill.accept("test.noop", priority=priority) for priority in (1, 9, 5)]

    moved = mill.dispatcher.tick()

    assert moved == 3
    assert not mill.dispatcher.is_short
    assert [delivery.job_id for delivery in mill.wire.deliveries] == [jobs[1], jobs[2], jobs[0]]


def test_a_line_that_does_not_fit_is_told_to_be_short_of_slots(mill: Mill) -> None:
    for _ in range(20):
        mill.accept("test.noop")

    moved = mill.dispatcher.tick()

    assert 0 < moved < 20
    assert mill.dispatcher.is_short
    mill.dispatcher.tick()
    assert mill.dispatcher.is_short


def test_a_tenants_limit_holds_where_there_would_be_room_for_all(mill: Mill) -> None:
    tenant = mill.add_tenant("limited", max_running=2)
    for _ in range(4):
        mill.accept("test.noop", tenant_id=tenant)

    moved = mill.dispatcher.tick()

    assert moved == 2
    assert mill.dispatcher.is_short


def test_what_is_not_due_and_what_is_paused_stays(mill: Mill) -> None:
    later = mill.accept("test.noop", run_at=clock.now() + timedelta(hours=1))
    now = mill.accept("test.noop")
    paused = mill.accept("shop.timer", {"seconds": 1})
    with mill.db.unit_of_work() as connection:
        connection.execute(insert(QueueState).values(name="shop", paused=True))

    mill.dispatcher.tick()

    assert [delivery.job_id for delivery in mill.wire.deliveries] == [now]
    with mill.db.unit_of_work() as connection:
        assert set(connection.execute(select(Line.job_id)).scalars()) == {later, paused}


def test_rivals_hand_every_job_over_once(mill: Mill) -> None:
    wire = ListWire()
    rivals = [Dispatcher(mill.db, mill.registry, wire, mill.config) for _ in range(4)]  # type: ignore[arg-type]

    with ThreadPoolExecutor(len(rivals)) as pool:
        for _ in range(10):
            jobs = {mill.accept("test.noop") for _ in range(3)}
            list(pool.map(Dispatcher.tick, rivals))
            with mill.db.unit_of_work() as connection:
                leased = set(connection.execute(select(Lease.job_id)).scalars())
                connection.execute(text("DELETE FROM leases"))
            assert leased == jobs

    with mill.db.unit_of_work() as connection:
        assert connection.execute(select(func.count()).select_from(Line)).scalar_one() == 0
    assert len(wire.deliveries) == 30
    assert {delivery.number for delivery in wire.deliveries} == {1}


def test_of_rivals_in_a_backlog_one_hands_over_and_no_job_goes_twice(mill: Mill) -> None:
    wire = ListWire()
    rivals = [Dispatcher(mill.db, mill.registry, wire, mill.config) for _ in range(4)]  # type: ignore[arg-type]
    accepted = {mill.accept("test.noop") for _ in range(60)}

    with ThreadPoolExecutor(len(rivals)) as pool:
        while len(wire.deliveries) < len(accepted):
            list(pool.map(Dispatcher.tick, rivals))
            with mill.db.unit_of_work() as connection:
                connection.execute(text("DELETE FROM leases"))

    assert sorted(delivery.job_id for delivery in wire.deliveries) == sorted(accepted)
    assert {delivery.number for delivery in wire.deliveries} == {1}


def test_a_choice_is_void_once_the_queues_row_has_changed(mill: Mill) -> None:
    job = mill.accept("test.noop")
    with mill.db.unit_of_work() as connection:
        connection.execute(insert(QueueState).values(name="test"))
    seen = mill.db.forgetful.rows(Prepared(queries.CHOICE, {"queue": "test", "slots": 1, "served": None, **ALL}))[0]
    with mill.db.unit_of_work() as connection:
        connection.execute(text("UPDATE queues SET turns = turns"))

    given = {"queue": "test", "version": seen.version, "turns": "{}", "ids": [job]}
    handed_over = mill.db.forgetful.rows(Prepared(queries.GIVE, given))

    assert seen.job_id == job
    assert handed_over == []
    assert mill.job(job).delivery == 0


def test_a_hand_over_that_was_forgotten_with_postgres_is_made_again_and_claimed_once(mill: Mill) -> None:
    job, worker = mill.accept("test.noop"), mill.worker.registration.worker_id
    mill.dispatcher.tick()
    with mill.db.unit_of_work() as connection:  # what a Postgres is like that died before it wrote the commit
        connection.execute(text("DELETE FROM leases"))
        connection.execute(text("UPDATE jobs SET delivery = 0"))
        connection.execute(
            text(
                "INSERT INTO lines (job_id, queue, tenant_id, kind, rank, priority, run_at, generation)"
                " SELECT id, queue, tenant_id, kind, 1, 5, now(), generation FROM jobs"
            )
        )

    mill.dispatcher.tick()

    first, second = mill.wire.deliveries
    assert first == second
    assert mill.db.one(transition.claim(job, first.number, worker)) is not None
    assert mill.db.one(transition.claim(job, second.number, worker)) is None
