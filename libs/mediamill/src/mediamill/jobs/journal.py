"""Statements on the journal. Every write is fenced: without the job's current delivery it changes nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, case, delete, func, null, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from mediamill.clock import now
from mediamill.db.prepared import Prepared, parameter, prepared
from mediamill.jobs.model import Job, Signal
from mediamill.steps.model import Step, StepState, StepType


def journal_rows(job_id: UUID) -> Select[Any]:
    """Give the journal of a job, in order."""
    columns = (Step.ordinal, Step.name, Step.type, Step.state, Step.result)
    return select(*columns).where(Step.job_id == job_id).order_by(Step.ordinal)


@prepared(job_id=UUID)
def entries(job_id: UUID) -> Select[Any]:
    """The same, built once."""
    return journal_rows(job_id)


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


def record(job_id: UUID, delivery: int, entry: Entry) -> Prepared:
    """Write a step down. No row back: the run has lost its job."""
    result, took_s = {"value": entry.result}, max(0, (now() - entry.started_at).total_seconds())
    return _record(job_id, delivery, entry.ordinal, entry.name, entry.type.value, entry.state.value, result, took_s)


@prepared(
    job_id=UUID,
    delivery=int,
    ordinal=int,
    name=str,
    type_=str,
    state=str,
    result=dict,
    took_s=float,
)
def _record(
    job_id: UUID,
    delivery: int,
    ordinal: int,
    name: str,
    type_: str,
    state: str,
    result: dict[str, Any],
    took_s: float,
) -> ReturningInsert[Any]:
    held = _held(job_id, delivery).cte("held")
    is_done = parameter(state) == StepState.DONE.value
    finished: Any = case((is_done, func.clock_timestamp()), else_=null())
    # A worker's clock may be wrong by hours; what it is good for is how long something took.
    started: Any = func.clock_timestamp() - func.make_interval(0, 0, 0, 0, 0, 0, took_s)
    values: list[Any] = [ordinal, name, type_, state, result, delivery, started]
    rows = select(held.c.id, *values, finished)
    columns = ["job_id", "ordinal", "name", "type", "state", "result", "delivery", "started_at", "finished_at"]
    made = insert(Step).from_select(columns, rows)
    # The same write again, because the answer to the first one was lost, is as good as the first.
    return made.on_conflict_do_update(
        index_elements=["job_id", "ordinal"],
        set_={"delivery": made.excluded.delivery},
        where=Step.delivery == made.excluded.delivery,
    ).returning(Step.ordinal)


def complete(job_id: UUID, delivery: int, ordinal: int, result: Any) -> Prepared:
    """Write down the result of an effect whose intent is there. No row back: the run has lost its job."""
    return _complete(job_id, delivery, ordinal, {"value": result})


@prepared(job_id=UUID, delivery=int, ordinal=int, result=dict)
def _complete(job_id: UUID, delivery: int, ordinal: int, result: dict[str, Any]) -> ReturningUpdate[Any]:
    held = _held(job_id, delivery).cte("held")
    return (
        update(Step)
        .where(Step.job_id == held.c.id, Step.ordinal == ordinal)
        .values(state=StepState.DONE.value, result=result, finished_at=func.clock_timestamp())
        .returning(Step.ordinal)
    )


@prepared(job_id=UUID, delivery=int)
def hold(job_id: UUID, delivery: int) -> Select[Any]:
    """Prove that a run still holds its job. No row back: it has lost it."""
    return _held(job_id, delivery)


@prepared(job_id=UUID, name=str)
def take_signal(job_id: UUID, name: str) -> Select[Any]:
    """Remove the oldest signal of that name and give its payload."""
    oldest = (
        select(Signal.id).where(Signal.job_id == job_id, Signal.name == name).order_by(Signal.id).limit(1)
    ).scalar_subquery()
    taken = delete(Signal).where(Signal.id == oldest).returning(Signal.payload).cte("taken")
    return select(taken.c.payload)
