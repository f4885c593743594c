"""An end and a park that meet: whichever commits first, the job does not sleep through its prediction's end."""

from __future__ import annotations

import threading
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, select, text

from mediamill.jobs import predictions, transition
from mediamill.jobs.model import Job, Wait
from mediamill.jobs.settled import Settled, settle
from mediamill.jobs.states import State
from mediamill.providers.protocol import Ended
from mediamill_testing.harness import Mill
from mediamill_testing.stacks import until

END = Settled("replicate", "hash", Ended(id="p1", output={"prediction": "p1"}))


@pytest.fixture
def bought(mill: Mill) -> predictions.Bought:
    """A prediction of a running job, of which the database does not know yet."""
    job = mill.accept("test.wait", {"seconds": 0})
    mill.dispatcher.tick()
    number = mill.wire.deliveries.pop().number
    mill.db.one(transition.claim(job, number, mill.worker.registration.worker_id))
    mill.db.one(
        predictions.intend(predictions.Intent(job, number, 0, "replicate test/wait", 1, 1, "replicate", "hash"))
    )
    return predictions.Bought(job, number, 0, 1, "p1", 60)


def meanwhile(mill: Mill, statement: Any, first: Connection) -> list[Any]:
    """Run a statement that has to wait for a transaction, commit that, and give the statement's rows."""
    rows: list[Any] = []
    thread = threading.Thread(target=lambda: rows.extend(mill.db.rows(statement)))
    thread.start()
    query = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    until(lambda: mill.db.run(lambda c: c.execute(text(query)).first()))
    first.commit()
    thread.join(10)
    return rows


def waits_of(mill: Mill, job: UUID) -> int:
    return len(mill.db.run(lambda c: c.execute(select(Wait.job_id).where(Wait.job_id == job)).all()))


def test_an_end_that_meets_a_park_is_left_to_the_next_try(mill: Mill, bought: predictions.Bought) -> None:
    with mill.db.engine.connect() as parking:
        parking.execute(*predictions.park(bought))
        (met,) = meanwhile(mill, settle([END]), parking)
    state_then = mill.predictions(bought.job_id)[0].state

    (again,) = mill.db.rows(settle([END]))

    assert (met.is_left, met.is_woken, state_then) == (True, False, "waiting")
    assert again.is_woken
    assert (mill.state_of(bought.job_id), waits_of(mill, bought.job_id)) == (State.QUEUED, 0)


def test_a_park_that_meets_an_end_does_not_park(mill: Mill, bought: predictions.Bought) -> None:
    with mill.db.engine.connect() as ending:
        ending.execute(*settle([END]))
        (met,) = meanwhile(mill, predictions.park(bought), ending)

    assert (met.state, met.is_parked) == ("done", False)
    assert (mill.state_of(bought.job_id), waits_of(mill, bought.job_id)) == (State.RUNNING, 0)


def test_a_park_of_a_run_that_lost_its_job_keeps_the_ticket(mill: Mill, bought: predictions.Bought) -> None:
    mill.db.run(lambda c: c.execute(*transition.hand_back(bought.job_id, bought.delivery, "drain")).one())

    row = mill.db.one(predictions.park(bought))

    assert row is not None
    assert (row.is_parked, mill.predictions(bought.job_id)[0].vendor_id) == (False, "p1")
    assert mill.state_of(bought.job_id) is State.QUEUED


def test_a_park_whose_answer_was_lost_changes_nothing_the_second_time(mill: Mill, bought: predictions.Bought) -> None:
    mill.db.one(predictions.park(bought))
    seq = mill.job(bought.job_id).seq

    row = mill.db.one(predictions.park(bought))

    assert row is not None
    assert (row.state, row.is_parked) == ("waiting", False)
    assert mill.db.run(lambda c: c.execute(select(Job.seq).where(Job.id == bought.job_id)).scalar_one()) == seq


def test_ends_of_strangers_are_told_apart(mill: Mill, bought: predictions.Bought) -> None:
    mill.db.one(predictions.park(bought))
    stranger = Settled("replicate", "another hash", Ended(id="p2"))
    other_id = Settled("replicate", "hash", Ended(id="p3"))

    rows = mill.db.rows(settle([stranger, other_id, END]))

    assert {row.place: row.is_woken for row in rows} == {1: False, 2: True}
    assert mill.predictions(bought.job_id)[0].vendor_id == "p1"
