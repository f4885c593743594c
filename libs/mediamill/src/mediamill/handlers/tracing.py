"""The span of a run and those of its steps, and what came of them."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from mediamill.db.session import Database
from mediamill.handlers.parked import Left, Parked, Recalled
from mediamill.handlers.run import Run
from mediamill.jobs.tracing import Handed, earlier, links_to_earlier, write_wait
from mediamill.processes import Stopped
from mediamill.providers.protocol import Provider
from mediamill.queues.manifest import LOCAL
from mediamill.steps.model import StepState, StepType
from mediamill.telemetry import traces
from mediamill.telemetry.traces import UNTRACED, Kind, Untraced, Value

_NO_VENDORS = (None, LOCAL)


def span_of(run: Run, db: Database) -> Untraced:
    """Begin the span of a run; a later run of a job is linked to the one before, wherever that was."""
    if run.traceparent is None or not traces.is_on():
        return UNTRACED
    handed = Handed(run.job_id, run.delivery, run.kind.queue, run.kind.name, run.traceparent)
    context = handed.context()
    if context is None or not context.is_sampled:
        return UNTRACED
    told = [] if run.is_first else _told(run, db)
    write_wait(handed, told)
    begun = handed.run(links=links_to_earlier(handed, told))
    begun.set({"mediamill.attempt": run.attempt, "mediamill.tenant": str(run.tenant_id)})
    return begun


def span_of_step(run: Run, type_: StepType, name: str, ordinal: int, recalled: Recalled | None) -> Untraced:
    """Begin the span of a step that is done now; one that the journal answers takes no time."""
    if recalled is not None and recalled.state == StepState.DONE:
        return UNTRACED
    attributes: dict[str, Value] = {"mediamill.step": name, "mediamill.step.ordinal": ordinal}
    if type_ is StepType.EFFECT and run.provider not in _NO_VENDORS:
        attributes["gen_ai.provider.name"] = str(run.provider)
    return traces.span(f"{type_} {name}", attributes=attributes)


def span_of_purchase(run: Run, provider: Provider[Any, Any], ordinal: int) -> Untraced:
    """Begin the span of what is asked of a vendor: names only, and nothing of what is asked for."""
    operation = run.kind.name.partition(".")[2] or run.kind.name
    attributes: dict[str, Value] = {
        "mediamill.step.ordinal": ordinal,
        "gen_ai.operation.name": operation,
        "gen_ai.provider.name": provider.vendor,
        "gen_ai.request.model": provider.model,
    }
    return traces.span(f"{operation} {provider.model}", Kind.CLIENT, attributes)


class Outcome:
    """Notes on the span of the run how its handler leaves the block."""

    def __init__(self) -> None:
        self._span = traces.current()

    def __enter__(self) -> Self:
        """Begin the block."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """End it."""
        if self._span is not UNTRACED:
            self._note(error)

    def _note(self, error: BaseException | None) -> None:
        match error:
            case None:
                self._span.set({"mediamill.outcome": "succeeded"})
            case Parked():
                self._span.set({"mediamill.outcome": "parked", "mediamill.wait.reason": error.awaited.reason})
            case Left():
                self._span.set({"mediamill.outcome": "parked", "mediamill.wait.reason": "prediction"})
            case Stopped():
                self._span.set({"mediamill.outcome": "stopped"})
            case _:
                self._span.set({"mediamill.outcome": "failed"})
                self._span.fail(error)


def _told(run: Run, db: Database) -> list[Any]:
    """Look up what came before; a trace without that is better than a run that waits for it."""
    try:
        return db.rows(earlier(run.job_id, run.seq), 0)
    except (SQLAlchemyError, psycopg.Error):
        return []
