"""Redriving: a failed job gets in line again, with its journal kept."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, select

from mediamill.errors import Conflict, NotFound
from mediamill.jobs import transition
from mediamill.jobs.forget import forget_failed_children
from mediamill.jobs.model import Job
from mediamill.jobs.states import State


def redrive(connection: Connection, tenant_id: UUID, job_id: UUID) -> None:
    """Put a failed job back in line.

    Steps that are done stay done; child jobs that did not succeed are asked for again. Raises ``NotFound``, or
    ``Conflict`` when the job has not failed.
    """
    state = connection.execute(
        select(Job.state).where(Job.id == job_id, Job.tenant_id == tenant_id).with_for_update(key_share=True)
    ).scalar_one_or_none()
    if state is None:
        raise NotFound(f"Job {job_id}.")
    if state != State.FAILED:
        raise Conflict(f"Only a failed job can be tried again; job {job_id} is {state}.")
    forget_failed_children(connection, job_id)
    connection.execute(*transition.redrive(Job.id == job_id))
