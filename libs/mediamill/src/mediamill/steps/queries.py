"""Statements on the journal. Every write is fenced: without the job's current delivery it changes nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, cast, delete, func, insert, literal, null, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from mediamill.jobs.model import Job, Signal
from mediamill.steps.model import Step, StepState, StepType


def journal_rows(job_id: UUID) -> Select[Any]:
    """Give the journal of a job, in order."""
    columns = (Step.ordinal, Step.name, Step.type, Step.state, Step.result)
    return select(*columns).where(Step.job_id == job_id).order_by(Step.ordinal)


def _held(job_id: UUID, delivery: int) -> Select[Any]:
    """Give the job's id while the run still holds it, and keep anybody from taking it before the write is committed."""
    held = select(Job.id).where(Job.id == job_id, Job.delivery == delivery, Job.state == "running")
    return held.with_for_update(read=True)


class Entry(NamedTuple):
    """A step as it is written down."""

    ordinal: int
    name: str
    type: StepType
    state: StepState
    result: Any
    started_at: datetime


def record(job_id: UUID, delivery: int, entry: Entry) -> ReturningInsert[Any]:
    """Write a step down. No row back: the run has lost its job."""
    held = _held(job_id, delivery).cte("held")
    finished = func.clock_timestamp() if entry.state is StepState.DONE else null()
    rows = select(
        held.c.id,
        literal(entry.ordinal),
        literal(entry.name),
        literal(entry.type.value),
        literal(entry.state.value),
        cast({"value": entry.result}, JSONB),
        literal(delivery),
        literal(entry.started_at, Step.started_at.type),
        finished,
    )
    columns = ["job_id", "ordinal", "name", "type", "state", "result", "delivery", "started_at", "finished_at"]
    return insert(Step).from_select(columns, rows).returning(Step.ordinal)


def complete(job_id: UUID, delivery: int, ordinal: int, result: Any) -> ReturningUpdate[Any]:
    """Write down the result of an effect whose intent is there. No row back: the run has lost its job."""
    held = _held(job_id, delivery).cte("held")
    return (
        update(Step)
        .where(Step.job_id == held.c.id, Step.ordinal == ordinal)
        .values(state=StepState.DONE.value, result=cast({"value": result}, JSONB), finished_at=func.clock_timestamp())
        .returning(Step.ordinal)
    )


def take_signal(job_id: UUID, name: str) -> Select[Any]:
    """Remove the oldest signal of that name and give its payload."""
    oldest = (
        select(Signal.id).where(Signal.job_id == job_id, Signal.name == name).order_by(Signal.id).limit(1)
    ).scalar_subquery()
    taken = delete(Signal).where(Signal.id == oldest).returning(Signal.payload).cte("taken")
    return select(taken.c.payload)
