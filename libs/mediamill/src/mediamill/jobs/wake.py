"""Waking: what parked jobs wait for has come."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, literal, select

from mediamill.errors import Conflict, NotFound
from mediamill.ids import uuid7
from mediamill.jobs import transition
from mediamill.jobs.ended import take_hold
from mediamill.jobs.model import Job, Signal, Wait
from mediamill.jobs.states import FINAL, State

WAKE_BATCH = 500
"""So many are woken by one statement."""


def deliver_signal(connection: Connection, tenant_id: UUID, job_id: UUID, name: str, payload: Any) -> None:
    """Leave a signal for a job, and wake it if it waits for that. Raises ``NotFound``, or ``Conflict`` after the end.

    The job's row is locked first, as it is by a park, so that a signal cannot slip by a job that is just parking.
    """
    state = connection.execute(
        select(Job.state).where(Job.id == job_id, Job.tenant_id == tenant_id).with_for_update(key_share=True)
    ).scalar_one_or_none()
    if state is None:
        raise NotFound(f"Job {job_id}.")
    if State(state) in FINAL:
        raise Conflict(f"Job {job_id} is {state} already.")
    connection.execute(insert(Signal).values(id=uuid7(), job_id=job_id, name=name, payload={"body": payload}))
    waits = select(Wait.job_id).where(Wait.job_id == job_id, Wait.signal == name)
    if connection.execute(waits).first() is not None:
        connection.execute(*transition.wake(Job.id == job_id))


def wake_rested(connection: Connection, provider: str | None = None, model: str | None = None) -> int:
    """Wake jobs that wait for the rest of a circuit, or of any, and tell how many; ``WAKE_BATCH`` at most.

    They would wake by themselves when the rest is over; who parks in this moment does.
    """
    resting = select(Wait.job_id).where(Wait.reason == "rest").limit(WAKE_BATCH)
    if provider is not None:
        names = func.string_to_array(Wait.signal, "|")
        resting = resting.where(literal(f"{provider} {model}") == func.any(names))
    jobs = list(connection.execute(resting).scalars())
    if not jobs:
        return 0
    take_hold(connection, Job.id.in_(jobs))
    return len(connection.execute(*transition.wake(Job.id.in_(jobs))).all())
