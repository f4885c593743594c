"""How a run ends: each ending is one transition, in a transaction that may be repeated."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select, update

from mediamill.assets.made import answered_with
from mediamill.budgets.reserve import Want
from mediamill.clock import now
from mediamill.contracts import Answer, Asset, MediaAnswer
from mediamill.errors import ErrorClass, MediamillError
from mediamill.handlers.parked import Awaited
from mediamill.handlers.run import Run
from mediamill.jobs import journal, transition
from mediamill.jobs.accept import Request, accept_unpaid, pay
from mediamill.jobs.draft import draft
from mediamill.jobs.ended import end, unfinished_children, withdraw_descendants
from mediamill.jobs.model import Job, Signal, Wait
from mediamill.jobs.offers import head_of
from mediamill.providers.orders import Orders, read_orders
from mediamill.queues.manifest import LOCAL
from mediamill.queues.registry import Kind, Registry
from mediamill.steps.model import Step, StepState, StepType

BACKOFF_BASE_S = 1.0
BACKOFF_CAP_S = 300.0

STEP_TYPES = {"children": StepType.CHILDREN, "timer": StepType.TIMER}


def succeed(connection: Connection, run: Run, answer: Answer) -> bool:
    """End a run with its answer. False: the job was taken from it."""
    output = answer.model_dump(mode="json")
    if foreign := borrowed(run, answer):
        connection.execute(answered_with(run.job_id, run.tenant_id, foreign))
    reusable = run.kind.manifest.reuse
    return bool(end(connection, transition.succeed(run.job_id, run.delivery, output, reusable=reusable)))


def borrowed(run: Run, answer: Answer) -> list[Asset]:
    """Give the assets of an answer that this run did not save itself: its children did, or an earlier run."""
    if not isinstance(answer, MediaAnswer):
        return []
    return [asset for asset in answer.assets if asset.id not in run.saved]


def give_up_or_retry(connection: Connection, run: Run, error: MediamillError) -> bool:
    """End a run that failed: back in line if trying again may help and attempts are left, else failed."""
    facts = describe(error)
    may_help = error.error_class is not ErrorClass.PERMANENT
    if may_help and run.attempt < max(run.kind.manifest.attempts, error.least_attempts):
        delay_s = error.retry_after_s if error.retry_after_s is not None else backoff_s(run.attempt)
        statement = transition.retry(run.job_id, run.delivery, delay_s=delay_s, error=facts)
        return connection.execute(*statement).first() is not None
    return fail(connection, run, facts)


def fail(connection: Connection, run: Run, facts: dict[str, Any]) -> bool:
    """End a run and its unfinished children for good."""
    if not run.is_first:
        withdraw_descendants(connection, run.job_id)
    return bool(end(connection, transition.fail(run.job_id, run.delivery, facts)))


def hand_back(connection: Connection, run: Run, reason: str) -> bool:
    """Put a run's job back in line for somebody else."""
    return connection.execute(*transition.hand_back(run.job_id, run.delivery, reason)).first() is not None


def release(connection: Connection, run: Run) -> None:
    """Give back the slot of a run whose job was taken from it."""
    connection.execute(*transition.release(run.job_id, run.delivery))


def park(connection: Connection, run: Run, awaited: Awaited, registry: Registry) -> bool:
    """Let a job wait: its children, its step and its wait are there in the same moment as it leaves its slot.

    The wait is counted after the job's row is locked by its own transition, so that what comes meanwhile is either
    counted here or counts itself off later.
    """
    children, unpaid = _spawn(connection, run, awaited, registry) if awaited.reason == "children" else ([], [])
    awaited = _timed(connection, awaited)
    if not _record(connection, run, awaited, children):
        connection.rollback()
        return False
    parked = transition.park(
        run.job_id,
        run.delivery,
        reason=awaited.reason,
        ordinal=awaited.ordinal,
        signal=awaited.signal,
        wake_at=awaited.wake_at,
    )
    if connection.execute(*parked).first() is None:
        connection.rollback()
        return False
    if _has_come(connection, run, awaited, children):
        connection.execute(*transition.wake(Job.id == run.job_id))
    pay(connection, unpaid)
    return True


def _timed(connection: Connection, awaited: Awaited) -> Awaited:
    """Let the database tell when a sleep ends, since it is also who looks whether that has come."""
    if awaited.sleep_s <= 0:
        return awaited
    end = func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, awaited.sleep_s)
    return replace(awaited, wake_at=connection.execute(select(end)).scalar_one())


def _spawn(connection: Connection, run: Run, awaited: Awaited, registry: Registry) -> tuple[list[UUID], list[Want]]:
    """Make the children that are missing; give all of them in the order of the calls, and what is to be reserved."""
    missing = [call for call, child in zip(awaited.calls, awaited.children, strict=True) if child is None]
    kinds = [registry.kind(call.kind) for call in missing]
    has_choice = any(len(kind.manifest.providers) > 1 for kind in kinds)
    orders = read_orders(connection) if has_choice else Orders()
    asked = zip(kinds, missing, strict=True)
    drafts = [draft(_request(run, awaited.ordinal, kind, call.input, orders)) for kind, call in asked]
    accepted, unpaid = accept_unpaid(connection, drafts)
    made = iter(accepted)
    return [UUID(child) if child is not None else next(made).job_id for child in awaited.children], unpaid


def _request(run: Run, ordinal: int, kind: Kind, raw: Any, orders: Orders) -> Request:
    return Request(
        tenant_id=run.tenant_id,
        kind=kind,
        input=kind.read(raw),
        priority=run.priority,
        cache=run.cache,
        key_id=run.key_id,
        parent_id=run.job_id,
        parent_step=ordinal,
        root_id=run.root_id,
        traceparent=run.traceparent,
        provider=_named_for_children(run, kind),
        head=head_of(kind, run.tenant_id, orders),
    )


def _named_for_children(run: Run, kind: Kind) -> str | None:
    """Name this machine for what a run begins if it was named for the run: then nothing in the tree is bought."""
    is_local = run.is_pinned and run.provider == LOCAL and LOCAL in kind.manifest.providers
    return LOCAL if is_local else None


def _record(connection: Connection, run: Run, awaited: Awaited, children: list[UUID]) -> bool:
    fence = (run.job_id, run.delivery)
    if awaited.reason in {"signal", "prediction", "rest"} or (awaited.recorded and awaited.reason == "timer"):
        return True
    result: Any = [str(child) for child in children]
    if awaited.reason == "timer":
        result = awaited.wake_at.isoformat() if awaited.wake_at else None
    if awaited.recorded:
        return connection.execute(*journal.complete(*fence, awaited.ordinal, result)).first() is not None
    step_type = STEP_TYPES[awaited.reason]
    entry = journal.Entry(awaited.ordinal, awaited.name, step_type, StepState.DONE, result, now())
    return connection.execute(*journal.record(*fence, entry)).first() is not None


def _has_come(connection: Connection, run: Run, awaited: Awaited, children: list[UUID]) -> bool:
    if awaited.reason == "signal":
        waiting = select(Signal.id).where(Signal.job_id == run.job_id, Signal.name == awaited.signal)
        return connection.execute(waiting).first() is not None
    if awaited.reason == "prediction":
        ended = select(Step.ordinal).where(
            Step.job_id == run.job_id, Step.ordinal == awaited.ordinal, Step.state == StepState.DONE.value
        )
        return connection.execute(ended).first() is not None
    if awaited.reason in {"timer", "rest"}:
        return False
    pending = len(set(unfinished_children(connection, [run.job_id])) & set(children))
    has_failed = connection.execute(
        select(func.count()).where(Job.id.in_(children), Job.state.in_(["failed", "canceled"]))
    ).scalar_one()
    connection.execute(update(Wait).where(Wait.job_id == run.job_id).values(pending=pending))
    return pending == 0 or has_failed > 0


def backoff_s(attempt: int) -> float:
    """Give a delay with full jitter: anything up to a bound that doubles with each attempt.

    Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """
    return random.uniform(0, min(BACKOFF_CAP_S, BACKOFF_BASE_S * 2 ** (attempt - 1)))  # not a secret


def describe(error: MediamillError) -> dict[str, Any]:
    """Give an error as a job shows it."""
    facts: dict[str, Any] = {"code": error.code, "message": str(error), "class": error.error_class.value}
    if error.errors:
        facts["errors"] = [{"loc": loc, "msg": msg} for loc, msg in error.errors]
    return facts
