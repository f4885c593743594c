"""What is scheduled is done once each time, and what is old goes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text

from conductor.calendar.past import forget_past
from conductor.calendar.retention import forget_assets, forget_kind
from conductor.calendar.tick import Calendar
from mediamill.errors import NotFound
from mediamill.jobs.model import Job
from mediamill.jobs.states import State
from mediamill_testing.harness import Mill


@pytest.fixture
def calendar(mill: Mill) -> Calendar:
    made = Calendar(mill.db, mill.registry, mill.store, mill.config)
    made.prepare()
    made.tick()  # makes room at once, and once an hour
    return made


def schedule(mill: Mill, name: str, due: str) -> None:
    with mill.db.unit_of_work() as connection:
        connection.execute(
            text(
                "INSERT INTO schedules (name, every_s, action, tenant_id, body, next_at) VALUES"
                """ (:name, 60, 'job', :tenant, '{"kind": "test.noop"}', now() + CAST(:due AS interval))"""
            ),
            {"name": name, "tenant": mill.tenant, "due": due},
        )


def jobs(mill: Mill) -> int:
    with mill.db.unit_of_work() as connection:
        return int(connection.execute(select(func.count()).select_from(Job)).scalar_one())


def test_a_due_schedule_makes_its_job_once_though_ten_conductors_look(mill: Mill, calendar: Calendar) -> None:
    schedule(mill, "every minute", "-1 second")

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda _: calendar.tick(), range(10)))

    assert jobs(mill) == 1


def test_periods_that_were_missed_are_made_up_for_once(mill: Mill, calendar: Calendar) -> None:
    schedule(mill, "every minute", "-10 minutes")

    calendar.tick()
    calendar.tick()

    assert jobs(mill) == 1
    with mill.db.unit_of_work() as connection:
        ahead = connection.execute(text("SELECT next_at > now() FROM schedules WHERE name = 'every minute'"))
        assert ahead.scalar_one()


def test_a_schedule_that_is_not_due_makes_nothing(mill: Mill, calendar: Calendar) -> None:
    schedule(mill, "later", "1 hour")

    assert calendar.tick() == 0
    assert jobs(mill) == 0


def test_a_schedule_of_a_kind_that_is_gone_hurts_nobody(mill: Mill, calendar: Calendar) -> None:
    schedule(mill, "broken", "-1 second")
    with mill.db.unit_of_work() as connection:
        connection.execute(text("""UPDATE schedules SET body = '{"kind": "gone.kind"}' WHERE name = 'broken'"""))

    assert calendar.tick() == 1
    assert jobs(mill) == 0


def test_old_finished_jobs_go_with_their_history_and_others_stay(mill: Mill) -> None:
    ended, waiting = mill.accept("test.noop"), mill.accept("shop.signal", {"name": "x"})
    mill.work_until_idle()
    while_young = forget_past(mill.db, keep_days=30)

    when_old = forget_past(mill.db, keep_days=0)

    assert (while_young, when_old) == (0, 1)
    assert mill.events(ended) == []
    assert mill.state_of(waiting) is State.WAITING


def test_assets_that_nobody_names_go_with_their_bytes(mill: Mill) -> None:
    job = mill.accept("shop.keep", {"text": "old"})
    mill.work_until_idle()
    sha256 = mill.job(job).output["assets"][0]["sha256"]
    kept = forget_assets(mill.db, mill.store, keep_days=0, young_s=0)
    with mill.db.unit_of_work() as connection:
        connection.execute(text("DELETE FROM jobs WHERE id = :id"), {"id": job})

    gone = forget_assets(mill.db, mill.store, keep_days=0, young_s=0)

    assert (kept, gone) == (0, 1)
    with pytest.raises(NotFound):
        mill.store.path(sha256)


def test_bytes_that_somebody_puts_again_just_now_stay(mill: Mill) -> None:
    job = mill.accept("shop.keep", {"text": "again"})
    mill.work_until_idle()
    sha256 = mill.job(job).output["assets"][0]["sha256"]
    with mill.db.unit_of_work() as connection:
        connection.execute(text("DELETE FROM jobs WHERE id = :id"), {"id": job})

    gone = forget_assets(mill.db, mill.store, keep_days=0)

    assert gone == 1
    assert mill.store.has(sha256)


def test_what_a_kind_keeps_for_less_time_goes_with_its_children_and_what_only_they_made(mill: Mill) -> None:
    tree, other = mill.accept("test.fanout", {"n": 2}), mill.accept("test.noop")
    part, apart = mill.accept("shop.keep", {"text": "of the tree"}), mill.accept("shop.keep", {"text": "of its own"})
    mill.work_until_idle()
    made, others = (mill.job(job).output["assets"][0]["sha256"] for job in (part, apart))
    with mill.db.unit_of_work() as connection:
        connection.execute(text("UPDATE jobs SET parent_id = :tree WHERE id = :id"), {"tree": tree, "id": part})
    while_young = forget_kind(mill.db, "test.fanout", 30)

    when_old = forget_kind(mill.db, "test.fanout", 0)

    assert (while_young, when_old) == (0, 4)
    assert [mill.state_of(job) for job in (other, apart)] == [State.SUCCEEDED] * 2
    assert forget_assets(mill.db, mill.store, keep_days=30, young_s=0) == 1
    assert mill.store.path(others).exists()
    with pytest.raises(NotFound):
        mill.store.path(made)
