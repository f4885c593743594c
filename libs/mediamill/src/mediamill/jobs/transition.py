"""The only place that changes a job's state.

Every change is one statement: the guarded update, the event that tells it, and the rows in the narrow tables that
follow from it. No row back means that somebody else moved the job first, and that nothing was changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Delete,
    Select,
    Text,
    and_,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    not_,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import aliased

from mediamill.db.prepared import Prepared, parameter, prepared
from mediamill.events.model import Event, EventType
from mediamill.jobs.model import Job, Lease, Line, Reuse, Wait, Worker
from mediamill.jobs.recall import bought_by_nobody, recalled, tried_by_nobody
from mediamill.jobs.serving import highest, serves
from mediamill.jobs.states import (
    CANCEL,
    CLAIM,
    EXPIRE,
    FAIL,
    FINAL,
    HAND_BACK,
    PARK,
    REDRIVE,
    RETRY,
    SUCCEED,
    WAKE,
    Move,
)

RETURNED = (
    Job.id,
    Job.tenant_id,
    Job.queue,
    Job.kind,
    Job.state,
    Job.priority,
    Job.seq,
    Job.delivery,
    Job.parent_id,
    Job.parent_step,
    Job.attempt,
    Job.generation,
    Job.provider,
    Job.crashes,
    Job.cache,
    Job.fingerprint,
)


NEEDED_BY_RUNS = (Job.root_id, Job.input, Job.key_id, Job.max_cost, Job.progress, Job.pinned, Job.traceparent)


def fenced(job_id: UUID, delivery: int) -> ColumnElement[bool]:
    """Hold only for the run that was handed this delivery."""
    return and_(Job.id == job_id, Job.delivery == delivery)


def change(move: Move, which: ColumnElement[bool], values: Mapping[str, Any]) -> CTE:
    """Move jobs; what follows from it is up to the statement that this is part of."""
    ended = {"finished_at": func.clock_timestamp()} if move.to in FINAL else {}
    return (
        update(Job)
        .where(which, Job.state.in_([state.value for state in move.sources]))
        .values({"state": move.to.value, "seq": Job.seq + 1, **ended, **values})
        .returning(*RETURNED)
        .cte("moved")
    )


def told(moved: CTE, event: EventType | ColumnElement[str], data: Any) -> CTE:
    """Append the event of each moved job."""
    value = literal(event.value) if isinstance(event, EventType) else event
    rows = select(moved.c.id, moved.c.seq, moved.c.tenant_id, value, data)
    return insert(Event).from_select(["job_id", "seq", "tenant_id", "type", "data"], rows).cte(f"{moved.name}_told")


def as_json(data: Mapping[str, Any]) -> ColumnElement[Any]:
    """Give an event's data as a value of the statement."""
    return cast(dict(data), JSONB)


def unleased(moved: CTE) -> CTE:
    """Take the leases of moved jobs away."""
    return delete(Lease).where(Lease.job_id == moved.c.id).cte("unleased")


def unwaited(moved: CTE) -> CTE:
    """Take the waits of moved jobs away."""
    return delete(Wait).where(Wait.job_id == moved.c.id).cte("unwaited")


def in_line(moved: CTE, *, rank: int, delay_s: ColumnElement[Any]) -> CTE:
    """Put moved jobs in line."""
    rows = select(
        moved.c.id,
        moved.c.queue,
        moved.c.tenant_id,
        moved.c.kind,
        literal(rank),
        9 - moved.c.priority,
        func.now() + func.make_interval(0, 0, 0, 0, 0, 0, delay_s),
        moved.c.generation,
        moved.c.provider,
    )
    columns = ["job_id", "queue", "tenant_id", "kind", "rank", "priority", "run_at", "generation", "provider"]
    return insert(Line).from_select(columns, rows).cte("in_line")


def _at_once(moved: CTE, *others: CTE) -> Prepared:
    """Give a statement whose condition is the caller's, so that it is built each time."""
    return Prepared(_statement(moved, *others), {})


def _statement(moved: CTE, *others: CTE) -> Select[Any]:
    return select(moved).add_cte(*others)


def unclaimed(job_id: UUID, delivery: int) -> ColumnElement[bool]:
    """Hold for a delivery that no worker has claimed."""
    which = (Lease.job_id == job_id, Lease.delivery == delivery, Lease.worker_id.is_(None))
    return select(Lease.job_id).where(*which).exists()


@prepared(job_id=UUID, delivery=int, worker_id=UUID)
def claim(job_id: UUID, delivery: int, worker_id: UUID) -> Select[Any]:
    """Begin a run; the row holds what the run needs. The job is locked before its lease, as everywhere.

    A worker that was taken for dead and does not know it yet claims nothing, nor does one that does not serve the
    generation that the job began with. The first claim settles that: the highest that its worker has.
    """
    return _statement(*claimed(fenced(job_id, delivery), job_id, delivery, worker_id))


def claimed(which: ColumnElement[bool], job_id: UUID, delivery: int, worker_id: UUID) -> tuple[CTE, CTE, CTE]:
    """Claim a job under one more condition; the first part has what its run needs."""
    moved = (
        update(Job)
        .where(
            which,
            unclaimed(job_id, delivery),
            Worker.id == worker_id,
            serves(),
            Job.state.in_([state.value for state in CLAIM.sources]),
        )
        .values(
            state=CLAIM.to.value,
            seq=Job.seq + 1,
            generation=func.coalesce(Job.generation, highest()),
            started_at=func.coalesce(Job.started_at, func.clock_timestamp()),
        )
        .returning(*RETURNED, *NEEDED_BY_RUNS)
        .cte("claimed")
    )
    leased = (
        update(Lease)
        .where(Lease.job_id == moved.c.id, Lease.delivery == delivery)
        .values(worker_id=worker_id, claimed_at=func.now())
        .cte("leased")
    )
    data = func.jsonb_build_object("attempt", moved.c.attempt, "delivery", moved.c.delivery)
    return moved, told(moved, CLAIM.event, data), leased


@prepared(job_id=UUID, delivery=int, output=dict, reusable=bool)
def succeed(job_id: UUID, delivery: int, output: Mapping[str, Any], *, reusable: bool) -> Select[Any]:
    """End a run with its answer, and let ``cache: reuse`` find it if its kind allows that."""
    return _statement(*succeeded(fenced(job_id, delivery), output, reusable=reusable))


def succeeded(which: ColumnElement[bool], output: Mapping[str, Any], *, reusable: bool) -> tuple[CTE, CTE, CTE, CTE]:
    """End a run with its answer, as parts of a statement; the first has the job."""
    moved = change(SUCCEED, which, {"output": output, "progress": null()})
    remembered = _remembered(moved, reusable=reusable)
    return moved, told(moved, SUCCEED.event, as_json({})), unleased(moved), remembered


def _remembered(moved: CTE, *, reusable: bool) -> CTE:
    """Remember a success, at most once an hour: equal jobs that end together would wait for each other's commit."""
    known = aliased(Job)
    ours = (Reuse.tenant_id == moved.c.tenant_id, Reuse.fingerprint == moved.c.fingerprint)
    lately = known.finished_at > func.now() - func.make_interval(0, 0, 0, 0, 1)
    is_fresh = select(Reuse.job_id).join(known, known.id == Reuse.job_id).where(*ours, lately).exists()
    rows = select(moved.c.tenant_id, moved.c.fingerprint, moved.c.id).where(parameter(reusable), not_(is_fresh))
    made = pg_insert(Reuse).from_select(["tenant_id", "fingerprint", "job_id"], rows)
    return made.on_conflict_do_update(
        index_elements=["tenant_id", "fingerprint"], set_={"job_id": made.excluded.job_id}
    ).cte("remembered")


@prepared(job_id=UUID, delivery=int, error=dict)
def fail(job_id: UUID, delivery: int, error: Mapping[str, Any]) -> Select[Any]:
    """End a run with its error."""
    moved = change(FAIL, fenced(job_id, delivery), {"error": error})
    data = func.jsonb_build_object("error", error)
    return _statement(moved, told(moved, FAIL.event, data), unleased(moved), recalled(moved))


@prepared(job_id=UUID, delivery=int, delay_s=float, error=dict)
def retry(job_id: UUID, delivery: int, *, delay_s: float, error: Mapping[str, Any]) -> Select[Any]:
    """Put a run's job back in line, to be tried again after a delay in seconds."""
    moved = change(RETRY, fenced(job_id, delivery), {"attempt": Job.attempt + 1})
    data = func.jsonb_build_object("delay_s", delay_s, "error", error)
    again = in_line(moved, rank=1, delay_s=parameter(delay_s))
    return _statement(moved, told(moved, RETRY.event, data), unleased(moved), again)


@prepared(job_id=UUID, delivery=int, reason=str)
def hand_back(job_id: UUID, delivery: int, reason: str) -> Select[Any]:
    """Put a run's job back, first in its tenant's line, with no attempt counted."""
    moved = change(HAND_BACK, fenced(job_id, delivery), {})
    return _statement(
        moved,
        told(moved, HAND_BACK.event, func.jsonb_build_object("reason", reason)),
        unleased(moved),
        in_line(moved, rank=0, delay_s=literal(0)),
    )


@prepared(job_id=UUID, delivery=int)
def lose(job_id: UUID, delivery: int) -> Select[Any]:
    """Put the job of a dead worker back, first in its tenant's line, with a crash counted."""
    moved = change(HAND_BACK, fenced(job_id, delivery), {"crashes": Job.crashes + 1})
    data = func.jsonb_build_object("reason", "worker_lost", "crashes", moved.c.crashes)
    return _statement(
        moved, told(moved, HAND_BACK.event, data), unleased(moved), in_line(moved, rank=0, delay_s=literal(0))
    )


@prepared(job_id=UUID, delivery=int, error=dict)
def crash(job_id: UUID, delivery: int, error: Mapping[str, Any]) -> Select[Any]:
    """End the job of a dead worker that has taken too many workers down."""
    moved = change(FAIL, fenced(job_id, delivery), {"crashes": Job.crashes + 1, "error": error})
    data = func.jsonb_build_object("error", error)
    return _statement(moved, told(moved, FAIL.event, data), unleased(moved), recalled(moved))


@prepared(job_id=UUID, delivery=int, reason=str, ordinal=int, signal=str, wake_at=datetime)
def park(job_id: UUID, delivery: int, *, reason: str, ordinal: int, signal: str | None, wake_at: Any) -> Select[Any]:
    """Give a run's slot back while its job waits."""
    moved = change(PARK, fenced(job_id, delivery), {})
    rows = select(moved.c.id, reason, ordinal, signal, wake_at)  # type: ignore[call-overload]  # parameters, see prepared
    waits = insert(Wait).from_select(["job_id", "reason", "ordinal", "signal", "wake_at"], rows).cte("waits_made")
    return _statement(moved, told(moved, PARK.event, func.jsonb_build_object("reason", reason)), unleased(moved), waits)


def wake(which: ColumnElement[bool]) -> Prepared:
    """Put waiting jobs back, first in their tenants' lines."""
    moved = change(WAKE, which, {})
    return _at_once(
        moved,
        told(moved, WAKE.event, as_json({})),
        unwaited(moved),
        in_line(moved, rank=0, delay_s=literal(0)),
    )


def _withdrawn(moved: CTE) -> tuple[CTE, ...]:
    """Take a job out of the line and the waits; a lease that a worker claimed stays until that run has stopped."""
    unlined = delete(Line).where(Line.job_id == moved.c.id).cte("unlined")
    unleased = delete(Lease).where(Lease.job_id == moved.c.id, Lease.worker_id.is_(None)).cte("unleased")
    return (unlined, unleased, unwaited(moved), recalled(moved))


def cancel(which: ColumnElement[bool]) -> Prepared:
    """End jobs because somebody asked for it."""
    moved = change(
        CANCEL, which, {"error": {"code": "canceled", "message": "Canceled on request.", "class": "permanent"}}
    )
    return _at_once(moved, told(moved, CANCEL.event, as_json({})), *_withdrawn(moved))


def expire(which: ColumnElement[bool], error: Mapping[str, Any]) -> Prepared:
    """End jobs whose deadline has passed, wherever they are."""
    moved = change(EXPIRE, which, {"error": dict(error)})
    return _at_once(moved, told(moved, EXPIRE.event, as_json({"error": dict(error)})), *_withdrawn(moved))


def redrive(which: ColumnElement[bool]) -> Prepared:
    """Put a failed job back in line with its journal kept and its counts begun anew."""
    values = {"error": None, "finished_at": None, "attempt": 1, "crashes": 0, "progress": None}
    moved = change(REDRIVE, which, values)
    return _at_once(
        moved,
        told(moved, REDRIVE.event, as_json({"redrive": True})),
        bought_by_nobody(moved),
        tried_by_nobody(moved),
        in_line(moved, rank=1, delay_s=literal(0)),
    )


@prepared(job_id=UUID, delivery=int, event=str, data=dict)
def note(job_id: UUID, delivery: int, event: EventType, data: Mapping[str, Any]) -> Select[Any]:
    """Append an event of a running job that changes no state; a progress is kept on the job too."""
    is_progress = cast(parameter(event), Text) == EventType.PROGRESS.value
    moved = (
        update(Job)
        .where(fenced(job_id, delivery), Job.state == "running")
        .values({"seq": Job.seq + 1, "progress": case((is_progress, data), else_=Job.progress)})
        .returning(Job.id, Job.seq, Job.tenant_id)
        .cte("moved")
    )
    return _statement(moved, told(moved, parameter(event), data))


@prepared(parent_id=UUID, ordinal=int, succeeded=bool)
def child_ended(parent_id: UUID, ordinal: int, *, succeeded: bool) -> Any:
    """Count a child off its parent's wait; one failure ends the wait. The row tells how many are left."""
    left = case((parameter(succeeded), Wait.pending - 1), else_=0)
    return (
        update(Wait)
        .where(Wait.job_id == parent_id, Wait.ordinal == ordinal, Wait.pending > 0, Wait.reason == "children")
        .values(pending=left)
        .returning(Wait.pending)
    )


@prepared(job_id=UUID, delivery=int)
def release(job_id: UUID, delivery: int) -> Delete:
    """Give back the slot of a run whose job was ended by somebody else."""
    return delete(Lease).where(Lease.job_id == job_id, Lease.delivery == delivery)
