"""Pages of a tenant's jobs, newest first. What is asked for is found by an index, however rare among millions it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Select, literal_column, select, union_all

from mediamill.events.model import Event
from mediamill.jobs.model import Job, Lease, Line, Wait
from mediamill.jobs.queries import SHOWN
from mediamill.jobs.states import FINAL, State

Ids = Select[Any] | CompoundSelect[Any]


def page(
    tenant_id: UUID,
    *,
    state: State | None = None,
    kinds: Sequence[str] | None = None,
    parent: UUID | None = None,
    before: UUID | None = None,
    limit: int = 50,
) -> Select[Any]:
    """Give jobs of the tenant, newest first, below the id ``before``.

    Two things are looked for one by one: successes, as whoever has many jobs has many of them, and endings of a kind.
    """
    matching = [Job.tenant_id == tenant_id]
    matching += [] if before is None else [Job.id < before]
    matching += [] if state is None else [Job.state == state.value]
    if parent is not None:
        return _newest([*matching, Job.parent_id == parent, *_of(kinds)], limit)
    ids = None if state is None or (kinds is not None and state in FINAL) else _in_state(tenant_id, state, before)
    if ids is not None:
        return _newest_among(ids, [*matching, *_of(kinds)], limit)
    if kinds is None or len(kinds) == 1:
        return _newest([*matching, *_of(kinds)], limit)
    each = [_newest([*matching, Job.kind == kind], limit).with_only_columns(Job.id) for kind in kinds]
    return _newest([Job.id.in_(union_all(*each))], limit)


def _of(kinds: Sequence[str] | None) -> list[ColumnElement[bool]]:
    return [] if kinds is None else [Job.kind.in_(kinds)]


def _newest(matching: Sequence[ColumnElement[bool]], limit: int) -> Select[Any]:
    return select(*SHOWN).where(*matching).order_by(Job.id.desc()).limit(limit)


def _newest_among(ids: Ids, matching: Sequence[ColumnElement[bool]], limit: int) -> Select[Any]:
    """Take jobs in the order of the ids, no more than a page holds; a semi-join would sort them all."""
    found = ids.order_by(literal_column("job_id").desc()).subquery("found")
    query = select(*SHOWN).join(found, found.c.job_id == Job.id).where(*matching)
    return query.order_by(found.c.job_id.desc()).limit(limit)


def _in_state(tenant_id: UUID, state: State, before: UUID | None) -> Ids | None:
    """Say where ids of jobs in a state are: ``jobs`` has no index on its state. Some may have left it since."""
    in_line = select(Line.job_id).where(Line.tenant_id == tenant_id)
    handed_over = select(Lease.job_id).where(Lease.tenant_id == tenant_id)
    match state:
        case State.QUEUED:
            return union_all(in_line, handed_over)
        case State.RUNNING:
            return handed_over
        case State.WAITING:
            return select(Wait.job_id)
        case State.FAILED | State.CANCELED:
            # A literal, since a partial index serves only a value that the planner knows.
            type_is = Event.type == literal_column(f"'job.{state.value}'")
            ended = select(Event.job_id).where(Event.tenant_id == tenant_id, type_is)
            return (ended if before is None else ended.where(Event.job_id < before)).distinct()
        case _:
            return None
