"""Orders, switches and circuits of a mill, for tests of chains."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, update

from mediamill.jobs.turns import STEP
from mediamill.providers.model import CircuitRow, PredictionRow
from mediamill.providers.orders import set_chain, switch
from mediamill.queues.registry import Queue, Registry
from mediamill_testing.harness import Mill


def order(mill: Mill, *providers: str, tenant_id: UUID | None = None) -> None:
    """Have these serve test.serve, first to last."""
    with mill.db.unit_of_work() as connection:
        connection.execute(set_chain("test.serve", tenant_id, providers))


def switch_provider(mill: Mill, provider: str, *, enabled: bool) -> None:
    """Do what an operator does by the API."""
    with mill.db.unit_of_work() as connection:
        connection.execute(switch(provider, "", enabled=enabled))


def circuits(mill: Mill) -> list[Row[Any]]:
    """Give the circuits that have failures to show."""
    with mill.db.unit_of_work() as connection:
        return list(connection.execute(select(CircuitRow.__table__)))


def end_rests(mill: Mill) -> None:
    """Let the time pass after which open circuits may be tried."""
    with mill.db.unit_of_work() as connection:
        connection.execute(update(CircuitRow).where(CircuitRow.opened_at.is_not(None)).values(retry_at=func.now()))


def forget_intents(mill: Mill) -> None:
    """Let the time pass after which an intent that got no ticket is looked for, and every look is due."""
    with mill.db.unit_of_work() as connection:
        long_ago = func.now() - func.make_interval(0, 0, 0, 0, 0, 2)
        open_ = update(PredictionRow).where(PredictionRow.next_at.is_not(None))
        connection.execute(open_.values(next_at=func.now(), begun_at=long_ago))


def turns(mill: Mill, job: UUID) -> list[tuple[str, int]]:
    """Give who had a turn in a job, and in which attempt."""
    taken = [step.result["value"] for step in mill.steps(job) if step.name == STEP]
    return [(turn["provider"], turn["attempt"]) for turn in taken]


def served_by(mill: Mill, job: UUID) -> str:
    """Tell who has served a job that succeeded."""
    return str(mill.job(job).output["provider"])


def with_policy(registry: Registry, kind: str, policy: str) -> Registry:
    """Give the same queues, of which one has a kind with another policy for unknown outcomes."""
    name = kind.partition(".")[0]
    queue = registry.queues[name]
    changed = queue.manifest.kinds[kind].model_copy(update={"unknown_outcome": policy})
    manifest = queue.manifest.model_copy(update={"kinds": {**queue.manifest.kinds, kind: changed}})
    return Registry({**registry.queues, name: Queue(queue.name, queue.package, manifest)})
