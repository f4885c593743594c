"""How the queues are, and how long they take: one question to the database each."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.edge import Edge
from gateway.queues.history import Median
from mediamill.queues import queries
from mediamill.queues.registry import Registry


async def read_facts(edge: Edge, connection: AsyncConnection) -> dict[str, RowMapping]:
    """Give the facts of every installed queue, by name."""
    given = {"lease_s": edge.config.lease_s, "names": list(edge.registry.queues)}
    rows = (await connection.execute(queries.facts(), given)).mappings()
    return {row["queue"]: row for row in rows}


def wait_estimate_s(facts: RowMapping, registry: Registry, medians: Mapping[str, Median]) -> float | None:
    """Guess how long a new job of a queue waits: the work ahead over the slots; ``None`` while nobody works there."""
    slots: int = facts["slots"]
    if slots == 0:
        return None
    ahead: int = facts["depth"] + facts["handed"] - slots + 1
    return round(max(0, ahead) * _typical_s(facts["queue"], registry, medians) / slots, 3)


def _typical_s(queue: str, registry: Registry, medians: Mapping[str, Median]) -> float:
    """Give the run time of a queue's usual job: by history, each kind as often as it ran; else as its manifest says."""
    kinds = list(registry.queue(queue).kinds())
    known = [medians[kind.name] for kind in kinds if kind.name in medians]
    if known:
        return sum(median.seconds * median.samples for median in known) / sum(median.samples for median in known)
    return sum(kind.manifest.expected_s for kind in kinds) / len(kinds)
