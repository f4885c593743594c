"""One turn of telling Kubernetes who is busy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Double, Select, cast, func, select

from conductor.pods.cluster import Cluster, own_cluster
from conductor.pods.cost import cost
from mediamill.db.session import Database
from mediamill.jobs.model import Lease, Worker
from mediamill.settings import Settings

PODS_S = 5.0
"""How old a note may be. Who was idle then and is busy now hands its work back, as on any stop (ADR 28)."""


def workers_and_runs() -> Select[str, Sequence[float | None]]:
    """Select the host of every worker that takes jobs, with how long each of its jobs has run, in seconds."""
    run_s = cast(func.extract("epoch", func.now() - Lease.claimed_at), Double)
    return (
        select(Worker.host, func.array_agg(run_s))
        .outerjoin(Lease, (Lease.worker_id == Worker.id) & Lease.claimed_at.is_not(None))
        .where(~Worker.draining)
        .group_by(Worker.host)
    )


class PodCosts:
    """Keeps on each worker's pod a note of what its end would cost. Several may work side by side and say the same."""

    def __init__(self, db: Database, cluster: Cluster) -> None:
        self._db = db
        self._cluster = cluster
        self._told: Mapping[str, int] = {}

    def tick(self) -> int:
        """Note what has changed and tell how much that was. Raises ``ClusterAway``, and then notes it all again."""
        with self._db.unit_of_work() as connection:
            found = {
                host: cost(run for run in runs if run is not None)
                for host, runs in connection.execute(workers_and_runs())
            }
        changed = {host: price for host, price in found.items() if self._told.get(host) != price}
        self._told = {host: price for host, price in self._told.items() if host in found and host not in changed}
        for host, price in changed.items():
            self._cluster.note_cost(host, price)
            self._told = {**self._told, host: price}
        return len(changed)


def pod_costs(db: Database, config: Settings) -> Iterator[PodCosts]:
    """Give who keeps the notes, if that is wanted and this process runs in a cluster."""
    cluster = own_cluster() if config.pod_deletion_cost else None
    if cluster is not None:
        yield PodCosts(db, cluster)
