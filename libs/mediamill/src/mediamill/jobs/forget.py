"""Forgetting children that did not succeed, so that a redriven job asks for them again and for no others."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, select, update

from mediamill.jobs.model import Job
from mediamill.jobs.states import State
from mediamill.steps.model import Step, StepType


def forget_failed_children(connection: Connection, job_id: UUID) -> None:
    """Empty the places of failed and canceled children in the last step, if that is what the job broke at.

    Earlier steps stay: their handler went on after them, so what they hold is history.
    """
    last = connection.execute(
        select(Step.ordinal, Step.type, Step.result).where(Step.job_id == job_id).order_by(Step.ordinal.desc()).limit(1)
    ).one_or_none()
    if last is None or last.type != StepType.CHILDREN.value:
        return
    ids = last.result["value"]
    kept = {
        str(found)
        for found in connection.execute(
            select(Job.id).where(Job.parent_id == job_id, Job.state.not_in([State.FAILED, State.CANCELED]))
        ).scalars()
    }
    places = [child if child in kept else None for child in ids]
    connection.execute(
        update(Step).where(Step.job_id == job_id, Step.ordinal == last.ordinal).values(result={"value": places})
    )
