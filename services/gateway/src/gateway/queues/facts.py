"""How the queues are, and how long they take: one question to the database each."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.edge import Edge
from gateway.queues.history import Runs
from mediamill.queues import queries
from mediamill.queues.registry import Registry


async def read_facts(edge: Edge, connection: AsyncConnection) -> dict[str, RowMapping]:
    """Give the facts of every installed queue, by name."""
    given = {"lease_s": edge.config.lease_s, "names": list(edge.registry.queues)}
    rows = (await connection.execute(queries.facts(), given)).mappings()
    return {row["queue"]: row for row in rows}


async def read_crew(edge: Edge, connection: AsyncConnection, queue: str) -> RowMapping:
    """Give the slots that serve a queue, how many are busy, and what is in line there."""
    given = {"lease_s": edge.config.lease_s, "queue": queue}
    return (await connection.execute(queries.crew(), given)).mappings().one()


def wait_estimate_s(facts: RowMapping, registry: Registry, runs: Mapping[str, Runs]) -> float | None:
    """Guess how long a new job of a queue waits: the work ahead over the slots; ``None`` while nobody works there."""
    slots: int = facts["slots"]
    if slots == 0:
        return None
    ahead: int = facts["depth"] + facts["handed"] - slots + 1
    return round(max(0, ahead) * _typical_s(facts["queue"], registry, runs) / slots, 3)


def _typical_s(queue: str, registry: Registry, runs: Mapping[str, Runs]) -> float:
    """Give the run time of a queue's usual job: by history, each kind as often as it ran; else as its manifest says."""
    kinds = list(registry.queue(queue).kinds())
    known = [runs[kind.name] for kind in kinds if kind.name in runs]
    if known:
        return sum(found.seconds * found.samples for found in known) / sum(found.samples for found in known)
    return sum(kind.manifest.expected_s for kind in kinds) / len(kinds)
