"""``python -m mediamill_testing.chaos.worker``: a worker that kills itself where an ambush lies, between two lines."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, event

from mediamill.db.prepared import Prepared
from mediamill.db.session import Database
from mediamill.handlers import worker
from mediamill.jobs import journal, predictions, relay, transition
from mediamill.steps.model import StepState
from mediamill_testing.chaos.ambush import reach

NOBODY = UUID(int=0)
INTENT = predictions.Intent(NOBODY, 0, 0, "", 1, 1, "", "")
WRITES = {
    id(predictions.intend(INTENT).clause): "intent",
    id(predictions.park(predictions.Bought(NOBODY, 0, 0, 1, "", 0)).clause): "ticket",
    id(transition.claim(NOBODY, 0, NOBODY).clause): "claim",
    id(journal.complete(NOBODY, 0, 0, None).clause): "result",
    id(transition.succeed(NOBODY, 0, {}, reusable=False).clause): "finish",
    id(
        relay.succeed_and_claim(NOBODY, 0, {}, reusable=False, next_id=NOBODY, next_delivery=0, worker_id=NOBODY).clause
    ): "finish",
}
PARK = "INSERT INTO waits"


def name_of(statement: Prepared) -> str | None:
    """Name what a statement writes down, if it is of those that an ambush may lie at."""
    state = statement.values.get("p_state")
    if state is not None and "p_ordinal" in statement.values:
        return "intent" if state == StepState.INTENT.value else "step"
    return WRITES.get(id(statement.clause))


def watched(one: Callable[..., Any]) -> Callable[..., Any]:
    """Come by the ambushes before and after each such write."""

    def run(database: Database, statement: Prepared, patience_s: float = 60) -> Any:
        name = name_of(statement)
        if name is None:
            return one(database, statement, patience_s)
        reach(f"before {name}")
        row = one(database, statement, patience_s)
        if row is not None:
            reach(f"after {name}")
        return row

    return run


def before(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    """Come by before a park is written."""
    if PARK in statement:
        reach("before park")


def after(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    """Come by when a park is written and not committed."""
    if PARK in statement:
        reach("in park")


if __name__ == "__main__":
    event.listen(Engine, "before_cursor_execute", before)
    event.listen(Engine, "after_cursor_execute", after)
    Database.one = watched(Database.one)  # type: ignore[method-assign]  # the process is made to be watched
    sys.exit(worker.main())
