"""A turn of the dispatcher: short where there is room for everybody, and never at the price of a limit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import func, insert, select, text

from conductor.dispatch.tick import Dispatcher
from mediamill import clock
from mediamill.jobs.model import Lease, Line
from mediamill.queues.model import QueueState
from mediamill_testing.harness import ListWire, Mill


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
