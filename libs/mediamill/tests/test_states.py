"""The table of moves is the spec: every move from every state, tried on a real row."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import text

from mediamill.db.prepared import Prepared
from mediamill.jobs import transition
from mediamill.jobs.coalesce import share
from mediamill.jobs.model import Job
from mediamill.jobs.states import FINAL, MOVES, State
from mediamill_testing.harness import Mill

ERROR = {"code": "x", "message": "x", "class": "permanent"}
Make = Callable[[UUID, int, UUID], Prepared]

STATEMENTS: dict[str, Make] = {
    "claim": transition.claim,
    "succeed": lambda job, delivery, _: transition.succeed(job, delivery, {}, reusable=False),
    "fail": lambda job, delivery, _: transition.fail(job, delivery, ERROR),
    "expire": lambda job, _, __: transition.expire(Job.id == job, ERROR),
    "retry": lambda job, delivery, _: transition.retry(job, delivery, delay_s=0, error=ERROR),
    "hand_back": lambda job, delivery, _: transition.hand_back(job, delivery, "test"),
    "park": lambda job, delivery, _: transition.park(
        job, delivery, reason="signal", ordinal=0, signal="x", wake_at=None
    ),
    "wake": lambda job, _, __: transition.wake(Job.id == job),
    "share": lambda job, _, __: share(Job.id == job, job),
    "cancel": lambda job, _, __: transition.cancel(Job.id == job),
    "redrive": lambda job, _, __: transition.redrive(Job.id == job),
}


def put_into(mill: Mill, state: State) -> UUID:
    """Make a job in a state, with the rows that belong to it."""
    job = mill.accept("test.noop")
    with mill.db.unit_of_work() as connection:
        connection.execute(
            text("UPDATE jobs SET state = :state, delivery = 1 WHERE id = :id"), {"state": state, "id": job}
        )
        if state is not State.QUEUED:
            connection.execute(text("DELETE FROM lines WHERE job_id = :id"), {"id": job})
        if state in {State.QUEUED, State.RUNNING}:
            connection.execute(text("DELETE FROM lines WHERE job_id = :id"), {"id": job})
            connection.execute(
                text(
                    "INSERT INTO leases (job_id, queue, tenant_id, kind, delivery)"
                    " SELECT id, queue, tenant_id, kind, 1 FROM jobs WHERE id = :id"
                ),
                {"id": job},
            )
        if state is State.WAITING:
            connection.execute(
                text("INSERT INTO waits (job_id, reason, ordinal) VALUES (:id, 'signal', 0)"), {"id": job}
            )
    return job


@pytest.mark.parametrize("name", MOVES)
def test_a_move_succeeds_from_its_sources_and_changes_nothing_from_elsewhere(mill: Mill, name: str) -> None:
    move = MOVES[name]

    for state in State:
        job = put_into(mill, state)
        with mill.db.unit_of_work() as connection:
            moved = connection.execute(*STATEMENTS[name](job, 1, mill.worker.registration.worker_id)).first()

        is_allowed = state in move.sources
        assert (moved is not None) is is_allowed, (name, state)
        assert mill.state_of(job) is (move.to if is_allowed else state)
        assert mill.told(job)[1:] == ([move.event.removeprefix("job.")] if is_allowed else [])


@pytest.mark.parametrize("name", MOVES)
def test_after_a_move_a_job_is_in_exactly_one_place(mill: Mill, name: str) -> None:
    move = MOVES[name]
    places = "SELECT (SELECT count(*) FROM lines WHERE job_id = :id) AS lines,"
    places += " (SELECT count(*) FROM leases WHERE job_id = :id AND worker_id IS NOT NULL) AS claimed,"
    places += " (SELECT count(*) FROM waits WHERE job_id = :id) AS waits"

    for state in move.sources:
        job = put_into(mill, state)
        with mill.db.unit_of_work() as connection:
            connection.execute(*STATEMENTS[name](job, 1, mill.worker.registration.worker_id))
            found = connection.execute(text(places), {"id": job}).one()

        expected = {State.QUEUED: (1, 0, 0), State.RUNNING: (0, 1, 0), State.WAITING: (0, 0, 1)}
        assert tuple(found) == expected.get(move.to, (0, 0, 0)), (name, state)


def test_only_a_redrive_leaves_a_final_state() -> None:
    leaving = {name for name, move in MOVES.items() if move.sources & FINAL}

    assert leaving == {"redrive"}


def test_every_state_can_be_reached_and_every_other_can_be_left() -> None:
    reached = {move.to for move in MOVES.values()}
    left = {source for move in MOVES.values() for source in move.sources}

    assert reached == set(State)
    assert left == set(State) - {State.SUCCEEDED, State.CANCELED}
