"""Waking: what parked jobs wait for has come."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select

from mediamill.errors import Conflict, NotFound
from mediamill.ids import uuid7
from mediamill.jobs import transition
from mediamill.jobs.model import Job, Signal, Wait
from mediamill.jobs.states import FINAL, State


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
