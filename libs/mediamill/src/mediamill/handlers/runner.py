"""Runs one claimed job: builds its context, calls its handler, maps the ending to one transition."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from mediamill.assets.store import Store
from mediamill.contracts import Answer
from mediamill.db.direct import AWAY
from mediamill.db.session import Database
from mediamill.errors import JobError, MediamillError, Transient
from mediamill.handlers import endings
from mediamill.handlers.handler import handler_of
from mediamill.handlers.journaled import JournaledContext
from mediamill.handlers.keeper import Keeper
from mediamill.handlers.parcel import Parcel
from mediamill.handlers.parked import Left, Parked
from mediamill.handlers.run import Run, Stop
from mediamill.handlers.scratch import Scratch
from mediamill.handlers.tracing import Outcome, span_of
from mediamill.hints import DISPATCH, SLOT, job_topic, publish_hint, publish_hint_soon, tenant_topic
from mediamill.jobs import transition
from mediamill.jobs.coalesce import FlightId, land_at_once
from mediamill.jobs.relay import succeed_and_claim
from mediamill.processes import Stopped, owning
from mediamill.provenance.signer import Signer
from mediamill.queues.registry import Registry
from mediamill.telemetry.logs import Subject, subject
from mediamill.wire.message import Received

log = logging.getLogger(__name__)

PATIENCE_S = 3600.0
"""How long an ending is tried while the database is away; a worker that is taken for dead meanwhile changes nothing."""


class TimedOut(JobError):
    """The kind's time limit has passed."""

    code = "timeout"


class Unexpected(Transient):
    """The handler broke in a way that nobody foresaw."""

    code = "unexpected"


class Parts(NamedTuple):
    """What a runner works with."""

    db: Database
    registry: Registry
    store: Store
    signer: Signer | None = None
    """Signs what leaves; without one it leaves unsigned."""


class Relay(NamedTuple):
    """Where the next run of a slot comes from, and who claims it."""

    parcel: Parcel
    worker_id: UUID


def run_claimed(run: Run, parts: Parts, relay: Relay | None = None) -> Any | None:
    """Run a claimed job to one of its endings, and give what was claimed with it for the slot to do next, if it was."""
    about = subject.set(
        Subject(run.job_id, run.tenant_id, run.kind.name, run.kind.queue, run.delivery, run.attempt, run.traceparent)
    )
    try:
        with span_of(run, parts.db):
            return _to_its_end(run, parts, relay)
    finally:
        subject.reset(about)


def _to_its_end(run: Run, parts: Parts, relay: Relay | None) -> Any | None:
    log.debug("job starts")
    try:
        answer = _call(run, parts)
    except Parked as parked:
        awaited = parked.awaited
        _end(run, parts, lambda c: endings.park(c, run, awaited, parts.registry))
    except Left:
        publish_hint_soon(job_topic(run.job_id), tenant_topic(run.tenant_id), SLOT)
    except Stopped:
        _end_stopped(run, parts)
    except MediamillError as error:
        caught = error
        _end(run, parts, lambda c: endings.give_up_or_retry(c, run, caught))
    except Exception as error:
        log.exception("handler broke")
        unexpected = Unexpected(f"{type(error).__name__}: {error}"[:2000])
        _end(run, parts, lambda c: endings.give_up_or_retry(c, run, unexpected))
    else:
        return _end_well(run, parts, answer, relay)
    return None


def _call(run: Run, parts: Parts) -> Answer:
    ask = run.kind.read(run.input)
    handle = handler_of(run.kind.ask, run.generation)
    with Scratch() as scratch, owning(run.owner), Outcome():
        context = JournaledContext(
            run, parts.db, parts.registry, Keeper(run, parts.db, parts.store, scratch, parts.signer)
        )
        answer = handle(context, ask)
        if run.owner.stopped.is_set():
            raise Stopped
    return answer


def _end_well(run: Run, parts: Parts, answer: Answer, relay: Relay | None) -> Any | None:
    if run.parent_id is not None or endings.borrowed(run, answer):
        _end(run, parts, lambda c: endings.succeed(c, run, answer))
        return None
    output = answer.model_dump(mode="json")
    # Whoever follows an answer gets it before the slot goes on.
    following = relay.parcel.next() if relay is not None and run.cache == "off" else None
    if relay is not None and following is not None:
        return _end_and_go_on(run, parts, output, relay, following)
    ending = transition.succeed(run.job_id, run.delivery, output, reusable=run.kind.manifest.reuse)
    moved = parts.db.one(ending, PATIENCE_S)
    _leave(run, parts, SLOT, was_held=moved is not None)
    return None


def _end_and_go_on(run: Run, parts: Parts, output: dict[str, Any], relay: Relay, following: Received) -> Any | None:
    ending = succeed_and_claim(
        run.job_id,
        run.delivery,
        output,
        reusable=run.kind.manifest.reuse,
        next_id=following.job_id,
        next_delivery=following.number,
        worker_id=relay.worker_id,
    )
    row = parts.db.one(ending, PATIENCE_S)
    if row is None or row.id is None:
        relay.parcel.again(following)
    if row is None or row.ended is None:
        _leave(run, parts, SLOT, was_held=False)
        return None
    publish_hint_soon(job_topic(run.job_id), tenant_topic(run.tenant_id))
    return row if row.id is not None else None


def _end_stopped(run: Run, parts: Parts) -> None:
    match run.stop_reason:
        case Stop.DRAIN:
            _end(run, parts, lambda c: endings.hand_back(c, run, "drain"))
        case Stop.TIMEOUT:
            limit = run.kind.manifest.soft_time_limit_s
            error = TimedOut(f"{run.kind.name} may run {limit:g} s.")
            _end(run, parts, lambda c: endings.fail(c, run, endings.describe(error)))
        case _:
            # The job is somebody else's or has ended, and then this changes nothing; or this worker was taken for
            # dead before it claimed the job, so that nobody else knows of it.
            _end(run, parts, lambda c: endings.hand_back(c, run, "worker_lost"))


def _end(run: Run, parts: Parts, ending: Callable[[Connection], bool]) -> None:
    """Write an ending down; if the job was taken from the run, only its slot is given back."""
    try:
        held = parts.db.run(ending, PATIENCE_S)
    except MediamillError as error:
        # The ending itself was refused, as by a child whose input does not fit its kind.
        facts = endings.describe(error)
        held = parts.db.run(lambda c: endings.fail(c, run, facts), PATIENCE_S)
    _leave(run, parts, SLOT, DISPATCH, was_held=held)


def _leave(run: Run, parts: Parts, *news: str, was_held: bool) -> None:
    """Give back the slot of a run whose job was taken from it, and tell whoever listens that the run is over."""
    if not was_held:
        parts.db.run(lambda c: endings.release(c, run), PATIENCE_S)
    publish_hint(job_topic(run.job_id), tenant_topic(run.tenant_id), *news)
    if run.cache == "reuse":
        _land(run, parts)


def _land(run: Run, parts: Parts) -> None:
    """Tell those who wait for an equal job that this one has ended, if it has."""
    try:
        moved = land_at_once(parts.db, FlightId(run.tenant_id, run.fingerprint))
    except (SQLAlchemyError, *AWAY):
        log.warning("followers are left to the sweep", exc_info=True, extra={"job_id": str(run.job_id)})
        return
    if moved:
        publish_hint(*{topic for row in moved for topic in (job_topic(row.id), tenant_topic(row.tenant_id))}, DISPATCH)
