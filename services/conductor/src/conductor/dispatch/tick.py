"""One turn of the dispatcher."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from conductor.dispatch import queries
from conductor.dispatch.choice import fair_share, tenant_lines
from conductor.dispatch.express import LOCK_CLASS, all_at_once
from conductor.dispatch.pace import Pace
from conductor.dispatch.quotas import Quotas, Shares
from conductor.dispatch.routes import Cohorts, Labels, Routes, routes
from conductor.dispatch.tracing import begin, delivery, write_handed_over
from conductor.dispatch.window import LiveWorker, slots_of, window
from conductor.loops import rest_after
from mediamill.clock import monotonic
from mediamill.db.prepared import Prepared
from mediamill.db.session import Database
from mediamill.queues.fair import Batch, TenantLine, Turns, next_batch
from mediamill.queues.generations import label
from mediamill.queues.registry import Registry
from mediamill.settings import Settings
from mediamill.wire.message import Delivery
from mediamill.wire.publish import Publisher

log = logging.getLogger(__name__)

TENANT_LOCK_CLASS = 0x74656E
LARGEST_BATCH = 500
SHORT_S = 1.0
MOST_RESTS = 3


class Dispatcher:
    """Keeps every queue's window full."""

    def __init__(self, db: Database, registry: Registry, publisher: Publisher, config: Settings) -> None:
        self._db = db
        self._registry = registry
        self._publisher = publisher
        self._config = config
        self._cohorts = Cohorts()
        self._pace = Pace()
        self._quotas = Quotas(registry, config.provider_limits)
        self._long: set[str] = set()
        self.is_short = False
        """Whether the last turn may have left somebody in line for want of a slot, so that a free one is news."""

    def tick(self) -> int:
        """Hand over what the windows have room for, publish it after the commit, and tell how many that were."""
        look = self._db.one(Prepared(queries.LOOK, {"lease_s": self._config.lease_s}), patience_s=0)
        self.is_short = False
        if look is None or not look.ready:
            return 0
        workers = [_live(worker) for worker in look.workers or ()]
        labels = self._labels(workers)
        outstanding: dict[str, list[int]] = look.outstanding or {}
        unclaimed = {queue: jobs for queue, (jobs, _) in outstanding.items()}
        handed_over = 0
        for queue in self._quotas.in_turn(look.ready):
            slots = slots_of(queue, workers)
            self._pace.look(queue, outstanding.get(queue, [0, 0])[1], slots, monotonic())
            prefetch, depth = self._ahead(queue)
            free = min(window(queue, workers, unclaimed, prefetch, depth), LARGEST_BATCH)
            ways = routes(queue, workers, labels, unclaimed, prefetch, depth)
            began_ns = begin()
            deliveries = self._fill(queue, free, ways) if free else []
            self.is_short = self.is_short or free == 0
            unclaimed[queue] = unclaimed.get(queue, 0) + len(deliveries)
            if deliveries:
                self._pace.handed_over(queue, len(deliveries))
                handed_over += self._publisher.publish(deliveries, min(depth, -(-len(deliveries) // slots)))
                write_handed_over(deliveries, began_ns)
        return handed_over

    def rest(self, moved: int) -> float:
        """Give the seconds until the next turn: longer the faster jobs come while all find a slot.

        One turn then serves several of them for the price of one. A job that comes alone never waits for that.
        """
        return rest_after(moved) if self.is_short else rest_after(moved) * min(max(moved, 1), MOST_RESTS)

    def _labels(self, workers: Sequence[LiveWorker]) -> Labels:
        if not self._cohorts.missing(workers):
            return self._cohorts.known
        with self._db.unit_of_work() as connection:
            return self._cohorts.labels(connection, workers)

    def _fill(self, queue: str, free: int, ways: Routes) -> list[Delivery]:
        """Hand over up to ``free`` jobs of a queue: all of them where that is possible, else a fair choice."""
        if self._quotas.of(queue):
            self.is_short = True
            return self._within_quotas(queue, free, ways)
        if ways.narrow or self._limits(queue):
            self.is_short = True
            return self._hand_over(queue, free, ways)
        if queue not in self._long:
            everything = all_at_once(self._db, queue, free, ways.served, self._config.age_step_ms)
            if everything is not None:
                return everything
        self.is_short = True
        chosen = fair_share(self._db, queue, free, ways.served, self._config.age_step_ms)
        self._remember(queue, is_long=chosen is None or len(chosen) == free)
        return self._hand_over(queue, free, ways) if chosen is None else chosen

    def _within_quotas(self, queue: str, free: int, ways: Routes) -> list[Delivery]:
        """Look twice where slots are left: what stands behind jobs of a provider is seen once that is full."""
        first = self._hand_over(queue, free, ways)
        return [*first, *self._hand_over(queue, free - len(first), ways)] if 0 < len(first) < free else first

    def _remember(self, queue: str, *, is_long: bool) -> None:
        """Keep in mind whether a line is longer than its room, so that it need not be tried to hand it over whole."""
        (self._long.add if is_long else self._long.discard)(queue)

    def _ahead(self, queue: str) -> tuple[int, int]:
        """Give for how many slots deliveries may wait at the workers, and how many a slot may hold.

        None and one, where another worker could do them meanwhile.
        """
        depth = self._pace.depth(queue)
        if depth > 1:
            return self._config.prefetch, depth
        known = self._registry.queues.get(queue)
        is_short = known is not None and all(k.expected_s <= SHORT_S for k in known.manifest.kinds.values())
        return self._config.prefetch if is_short else 0, depth

    def _hand_over(self, queue: str, slots: int, ways: Routes) -> list[Delivery]:
        with self._db.unit_of_work() as connection:
            if not connection.execute(queries.LOCK, {"key": LOCK_CLASS, "queue": queue}).scalar_one():
                return []
            remembered = connection.execute(queries.TURNS, {"queue": queue}).one()
            if remembered.paused:
                return []
            kind_room = self._kind_room(connection, queue)
            full_kinds = [kind for kind, room in kind_room.items() if room <= 0]
            shares = Shares(connection, self._quotas.of(queue))
            rows = shares.candidates({"queue": queue, "slots": slots, "full_kinds": full_kinds, "served": ways.served})
            lines = _lines(connection, rows, slots, self._config.age_step_ms)
            turns = Turns.model_validate(remembered.turns)
            batch = next_batch(shares.fitting(lines, kind_room), turns, slots, kind_room)
            taken = _take(connection, queue, batch, _addressed(batch.jobs, rows, ways))
            if shares.keep(lines, taken):
                self._quotas.served(queue)
            return taken

    def _kind_room(self, connection: Connection, queue: str) -> dict[str, int]:
        limits = self._limits(queue)
        if not limits:
            return {}
        running = {row.kind: row.jobs for row in connection.execute(queries.RUNNING_BY_KIND, {"queue": queue})}
        return {kind: limit - running.get(kind, 0) for kind, limit in limits.items()}

    def _limits(self, queue: str) -> dict[str, int]:
        kinds = (kind for kind in self._registry.kinds.values() if kind.queue == queue)
        return {kind.name: limit for kind in kinds if (limit := kind.manifest.max_running) is not None}


def live_workers(connection: Connection, lease_s: float) -> list[LiveWorker]:
    """Give the workers that take deliveries now."""
    return [_live(found) for found in connection.execute(queries.WORKERS, {"lease_s": lease_s}).scalars()]


def _live(found: Mapping[str, Any]) -> LiveWorker:
    return LiveWorker(UUID(found["id"]), frozenset(found["queues"]), found["slots"], found["busy"], found["cohort"])


def _addressed(jobs: Sequence[UUID], rows: Sequence[Row[Any]], ways: Routes) -> dict[UUID, str | None]:
    """Give the cohort that each job goes to, ``None`` for any; what its workers have no room for stays in line."""
    if not ways.narrow:
        return dict.fromkeys(jobs)
    labels = {row.job_id: label(row.kind, row.generation) for row in rows}
    taken = ((job, ways.take(labels[job])) for job in jobs)
    return {job: cohort for job, (has_room, cohort) in taken if has_room}


def _lines(connection: Connection, rows: Sequence[Row[Any]], slots: int, age_step_ms: int) -> dict[UUID, TenantLine]:
    limits = {row.tenant_id: row.max_running for row in rows if row.max_running is not None}
    return tenant_lines(rows, _room(connection, limits), slots, age_step_ms)


def _room(connection: Connection, limits: Mapping[UUID, int]) -> dict[UUID, int]:
    """Give how many more jobs of each limited tenant may run.

    A tenant's limit spans queues, and each queue may have its dispatcher elsewhere: they take turns at a tenant until
    the commit, and count only then, so that two together never exceed a limit.
    """
    if not limits:
        return {}
    connection.execute(queries.LOCK_NAMES, {"key": TENANT_LOCK_CLASS, "names": [*map(str, limits)]})
    rows = connection.execute(queries.RUNNING_BY_TENANT, {"ids": list(limits)})
    running = {row.tenant_id: row.jobs for row in rows}
    return {tenant: limit - running.get(tenant, 0) for tenant, limit in limits.items()}


def _take(connection: Connection, queue: str, batch: Batch, addressed: Mapping[UUID, str | None]) -> list[Delivery]:
    if not batch.jobs:
        return []
    taken = {row.id: row for row in connection.execute(queries.HAND_OVER, {"ids": list(addressed)})}
    connection.execute(queries.KEEP_TURNS, {"queue": queue, "turns": batch.turns.model_dump_json()})
    return [delivery(taken[job], queue, cohort) for job, cohort in addressed.items() if job in taken]
