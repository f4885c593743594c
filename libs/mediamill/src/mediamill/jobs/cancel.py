"""Cancelling: the job and everything that it began."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, select

from mediamill.errors import NotFound
from mediamill.jobs import transition
from mediamill.jobs.ended import end, take_hold, withdraw_descendants
from mediamill.jobs.model import Job


def cancel(connection: Connection, tenant_id: UUID, job_id: UUID) -> bool:
    """End a job and its descendants; false if it had ended before, which changes nothing.

    Raises ``NotFound`` when the tenant has no such job. A run that is under way notices within a second.
    """
    if connection.execute(select(Job.id).where(Job.id == job_id, Job.tenant_id == tenant_id)).first() is None:
        raise NotFound(f"Job {job_id}.")
    withdraw_descendants(connection, job_id)
    take_hold(connection, Job.id == job_id)
    moved = end(connection, transition.cancel(Job.id == job_id))
    # Children that the job began between the two statements above.
    withdraw_descendants(connection, job_id)
    return bool(moved)
