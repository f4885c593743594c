"""A job ends with the code that it began with, whatever else its workers have."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from mediamill.handlers.handler import handler
from mediamill.handlers.process import WorkerProcess
from mediamill.jobs import transition
from mediamill.jobs.redrive import redrive
from mediamill.jobs.states import State
from mediamill.wire.message import Received
from mediamill_testing.harness import Mill
from mediamill_testing.queue.contract import Roll
from mediamill_testing.queue.handlers import roll_first


@pytest.fixture
def old(mill: Mill) -> WorkerProcess:
    mill.worker.stop()
    mill.worker = mill.add_worker(test_roll=[1])
    return mill.worker


def deploy(mill: Mill, *generations: int) -> WorkerProcess:
    """Stop the worker that there is and begin one that has these."""
    mill.worker.stop()
    mill.worker = mill.add_worker(test_roll=list(generations))
    return mill.worker


def ran_by(mill: Mill, job: UUID) -> set[Any]:
    return {mill.job(job).generation, *mill.job(job).output["generations"]}


def test_a_job_begins_with_the_newest_code_of_its_worker(mill: Mill) -> None:
    job = mill.accept("test.roll")

    assert mill.work_until_ended(job) is State.SUCCEEDED

    assert ran_by(mill, job) == {2}


def test_a_parked_job_wakes_with_the_code_that_it_began_with(mill: Mill, old: WorkerProcess) -> None:
    job = mill.accept("test.roll")
    mill.turn()
    assert mill.state_of(job) is State.WAITING

    deploy(mill, 1, 2)

    assert mill.work_until_ended(job) is State.SUCCEEDED
    assert ran_by(mill, job) == {1}


def test_a_failed_job_is_driven_again_with_the_code_that_it_began_with(
    mill: Mill, old: WorkerProcess, tmp_path: Path
) -> None:
    job = mill.accept("test.roll", {"needs": str(tmp_path / "file")})
    assert mill.work_until_ended(job) is State.FAILED

    deploy(mill, 1, 2)
    (tmp_path / "file").touch()
    with mill.db.unit_of_work() as connection:
        redrive(connection, mill.tenant, job)

    assert mill.work_until_ended(job) is State.SUCCEEDED
    assert ran_by(mill, job) == {1}


def test_a_job_whose_worker_died_is_not_continued_by_other_code(mill: Mill, old: WorkerProcess) -> None:
    job = mill.accept("test.roll")
    mill.dispatcher.tick()
    mill.db.one(transition.claim(job, mill.wire.deliveries.pop().number, old.registration.worker_id))
    with mill.db.unit_of_work() as connection:
        connection.execute(text("UPDATE workers SET seen_at = now() - interval '1 h'"))

    deploy(mill, 2)
    mill.sweeper.tick()
    mill.work_until_idle()
    stayed = mill.state_of(job)
    deploy(mill, 1)

    assert stayed is State.QUEUED
    assert mill.work_until_ended(job) is State.SUCCEEDED
    assert ran_by(mill, job) == {1}


def test_what_nobody_has_code_for_holds_nothing_up(mill: Mill, old: WorkerProcess) -> None:
    stranded = mill.accept("test.roll")
    mill.turn()
    deploy(mill, 2)

    others = [mill.accept("test.roll") for _ in range(3)]
    for job in others:
        mill.work_until_ended(job)

    assert [ran_by(mill, job) for job in others] == [{2}] * 3
    assert mill.state_of(stranded) in {State.WAITING, State.QUEUED}


def test_while_workers_differ_a_begun_job_goes_by_the_wire_of_those_who_have_its_code(
    mill: Mill, old: WorkerProcess
) -> None:
    begun = mill.accept("test.roll")
    mill.turn()
    mill.add_worker(test_roll=[2])
    fresh = mill.accept("test.noop")

    while not mill.wire.deliveries or mill.state_of(begun) is State.WAITING:
        mill.sweeper.tick()
        mill.dispatcher.tick()

    cohorts = {delivery.job_id: delivery.cohort for delivery in mill.wire.deliveries}
    assert cohorts == {begun: old.registration.cohort, fresh: None}


def test_a_delivery_that_comes_to_the_wrong_worker_gets_in_line_again(mill: Mill, old: WorkerProcess) -> None:
    job = mill.accept("test.roll")
    mill.turn()
    while not mill.wire.deliveries:
        mill.sweeper.tick()
        mill.dispatcher.tick()
    [delivery], mill.wire.deliveries = mill.wire.deliveries, []
    other = mill.add_worker(test_roll=[2])

    other.deliver([Received(job, delivery.number)])

    assert mill.state_of(job) is State.QUEUED
    assert mill.job(job).crashes == 0
    assert mill.work_until_ended(job) is State.SUCCEEDED
    assert ran_by(mill, job) == {1}


def test_a_generation_has_one_handler() -> None:
    with pytest.raises(TypeError, match="generation 1"):
        handler(Roll, generation=1)(roll_first)
