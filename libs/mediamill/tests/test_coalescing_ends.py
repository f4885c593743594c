"""Whatever becomes of who leads, those who follow go on: with its answer, or led by one of themselves."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, select, text

from mediamill.clock import now
from mediamill.jobs.cancel import cancel
from mediamill.jobs.model import Flight, Job, Line
from mediamill.jobs.redrive import redrive
from mediamill.jobs.states import State
from mediamill_testing.equals import ask, ask_many, end_without_landing, followers, in_line, states
from mediamill_testing.harness import Mill


def test_when_the_leader_fails_the_next_one_leads_and_the_others_wait_for_that(mill: Mill) -> None:
    leader, second, third = (ask(mill, "shop.buy", {"ledger": "", "price": "0"}) for _ in range(3))
    end_without_landing(mill, leader, None)

    mill.sweeper.tick()

    assert states(mill, [leader, second, third]) == [State.FAILED, State.QUEUED, State.WAITING]
    assert (in_line(mill), mill.told(second)) == ([second], ["queued", "waiting", "woken"])
    end_without_landing(mill, second, {"receipt": "x"})
    mill.sweeper.tick()
    assert states(mill, [leader, second, third]) == [State.FAILED, State.SUCCEEDED, State.SUCCEEDED]
    assert mill.job(third).output == {"receipt": "x"}
    assert mill.events(third)[-1].data == {"reused_from": str(second)}


def test_each_leader_has_attempts_of_its_own_and_when_all_have_failed_nobody_waits(mill: Mill) -> None:
    ledger = {"ledger": "/nowhere/at/all", "price": "0"}
    jobs = [ask(mill, "shop.buy", ledger) for _ in range(3)]
    with mill.db.unit_of_work() as connection:
        connection.execute(text("UPDATE jobs SET attempt = 9"))

    mill.work_until_idle()

    assert states(mill, jobs) == [State.FAILED] * 3
    assert [mill.told(job).count("started") for job in jobs] == [1, 1, 1]
    assert followers(mill) == []


def test_when_the_leader_is_cancelled_a_follower_leads(mill: Mill) -> None:
    leader, second, third = ask_many(mill, 3)

    with mill.db.unit_of_work() as connection:
        cancel(connection, mill.tenant, leader)
    mill.sweeper.tick()

    assert states(mill, [leader, second, third]) == [State.CANCELED, State.QUEUED, State.WAITING]


def test_the_one_leads_next_that_may_begin_first_and_it_keeps_its_time(mill: Mill) -> None:
    at = now() + timedelta(hours=2)
    leader, latest, later = ask(mill), ask(mill, run_at=at + timedelta(hours=1)), ask(mill, run_at=at)
    with mill.db.unit_of_work() as connection:
        cancel(connection, mill.tenant, leader)

    mill.sweeper.tick()

    assert states(mill, [latest, later]) == [State.WAITING, State.QUEUED]
    with mill.db.unit_of_work() as connection:
        run_at = connection.execute(select(Line.run_at).where(Line.job_id == later)).scalar_one()
    assert abs(run_at - at) < timedelta(seconds=1)


def test_of_equally_early_ones_the_most_urgent_leads_next(mill: Mill) -> None:
    leader, calm, urgent = ask(mill), ask(mill, priority=1), ask(mill, priority=9)
    with mill.db.unit_of_work() as connection:
        cancel(connection, mill.tenant, leader)

    mill.sweeper.tick()

    assert states(mill, [calm, urgent]) == [State.WAITING, State.QUEUED]


def test_a_leader_whose_worker_died_with_its_last_line_leaves_nobody_behind(mill: Mill) -> None:
    leader, *others = (ask(mill, "shop.keep", {}) for _ in range(3))
    end_without_landing(mill, leader, {"assets": []})
    assert states(mill, others) == [State.WAITING] * 2

    mill.sweeper.tick()

    assert states(mill, others) == [State.SUCCEEDED] * 2
    assert mill.sweeper.tick() == 0


def test_an_equal_job_that_nobody_follows_answers_too(mill: Mill) -> None:
    _, follower = ask(mill), ask(mill)
    alone = ask(mill, cache="off")
    end_without_landing(mill, alone, {"body": "alone"})

    mill.sweeper.tick()

    assert mill.job(follower).output == {"body": "alone"}


def test_followers_of_a_job_that_was_forgotten_are_led_again(mill: Mill) -> None:
    leader, second, third = ask_many(mill, 3)
    with mill.db.unit_of_work() as connection:
        connection.execute(delete(Job).where(Job.id == leader))
        assert connection.execute(select(func.count()).select_from(Flight)).scalar_one() == 0

    mill.sweeper.tick()

    assert states(mill, [second, third]) == [State.QUEUED, State.WAITING]
    assert mill.state_of(ask(mill)) is State.WAITING


def test_after_a_failure_whoever_asks_next_leads(mill: Mill) -> None:
    failed = ask(mill)
    end_without_landing(mill, failed, None)

    assert states(mill, [ask(mill), ask(mill)]) == [State.QUEUED, State.WAITING]


def test_a_redriven_leader_leads_again_unless_somebody_else_does(mill: Mill) -> None:
    failed = ask(mill)
    end_without_landing(mill, failed, None)
    with mill.db.unit_of_work() as connection:
        redrive(connection, mill.tenant, failed)

    assert mill.state_of(ask(mill)) is State.WAITING
    with mill.db.unit_of_work() as connection:
        assert connection.execute(select(Flight.leader_id)).scalar_one() == failed


def test_a_flight_that_is_led_by_one_who_follows_is_led_anew(mill: Mill) -> None:
    leader, second, third = ask_many(mill, 3)
    with mill.db.unit_of_work() as connection:
        connection.execute(text("UPDATE flights SET leader_id = :id"), {"id": third})
        cancel(connection, mill.tenant, leader)

    mill.sweeper.tick()

    assert sorted(states(mill, [second, third])) == [State.QUEUED, State.WAITING]
