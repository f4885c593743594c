"""A job's life, from acceptance to its end."""

from __future__ import annotations

from mediamill.jobs.redrive import redrive
from mediamill.jobs.states import State
from mediamill_testing.harness import Mill


def test_an_accepted_job_runs_and_tells_every_step_of_its_life(mill: Mill) -> None:
    job = mill.accept("test.noop")

    mill.work_until_idle()

    assert mill.state_of(job) is State.SUCCEEDED
    assert mill.told(job) == ["queued", "started", "succeeded"]
    assert mill.job(job).output == {"done": True}


def test_event_numbers_have_no_gap(mill: Mill) -> None:
    job = mill.accept("test.steps", {"n": 5})

    mill.work_until_idle()

    numbers = [event.seq for event in mill.events(job)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert mill.job(job).seq == len(numbers)


def test_a_permanent_error_fails_at_once_with_its_code_and_class(mill: Mill) -> None:
    job = mill.accept("test.fail", {"class": "permanent"})

    mill.work_until_idle()

    row = mill.job(job)
    assert (row.state, row.attempt, row.error["class"]) == ("failed", 1, "permanent")
    assert "As asked." in row.error["message"]


def test_a_transient_error_is_tried_again_until_the_attempts_are_spent(mill: Mill) -> None:
    job = mill.accept("test.fail", {"class": "transient"})

    state = mill.work_until_ended(job)

    assert state is State.FAILED
    assert mill.job(job).attempt == 3
    assert mill.told(job).count("retrying") == 2


def test_a_job_with_a_start_time_waits_for_it(mill: Mill) -> None:
    with mill.db.unit_of_work() as connection:
        from_now = connection.exec_driver_sql("SELECT now() + interval '0.4 s'").scalar_one()
    job = mill.accept("test.noop", run_at=from_now)

    mill.work_until_idle()
    before = mill.state_of(job)
    after = mill.work_until_ended(job)

    assert (before, after) == (State.QUEUED, State.SUCCEEDED)


def test_a_deadline_fails_a_job_wherever_it_is(mill: Mill) -> None:
    job = mill.accept("shop.signal", {"name": "never"}, deadline_s=0.3)

    state = mill.work_until_ended(job)

    assert state is State.FAILED
    assert mill.job(job).error["code"] == "timeout"


def test_a_redriven_job_keeps_its_journal_and_says_so(mill: Mill) -> None:
    job = mill.accept("test.fail")
    mill.work_until_idle()

    with mill.db.unit_of_work() as connection:
        redrive(connection, mill.tenant, job)

    assert mill.state_of(job) is State.QUEUED
    assert mill.events(job)[-1].data == {"redrive": True}
    mill.work_until_idle()
    assert mill.state_of(job) is State.FAILED
