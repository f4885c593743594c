"""One turn of the calendar: each due schedule is claimed by moving its next time, then done."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from conductor.calendar.orphans import forget_orphans, parts_of
from conductor.calendar.past import forget_past, make_room, thin_events
from conductor.calendar.retention import forget_assets, forget_kind
from conductor.money.tick import Treasurer, check_books
from mediamill.assets.store import Store
from mediamill.clock import now
from mediamill.db.session import Database
from mediamill.errors import MediamillError
from mediamill.hints import DISPATCH, publish_hint
from mediamill.jobs.accept import Request, accept
from mediamill.jobs.offers import head_of
from mediamill.providers.orders import read_orders
from mediamill.queues.registry import Registry
from mediamill.settings import Settings

log = logging.getLogger(__name__)

HOUR_S = 3600
COUNTED_S = 60.0

_HOUSEKEEPING = text("""
INSERT INTO schedules (name, every_s, action, next_at)
VALUES ('partitions of the weeks to come', :hour, 'make_room', now()),
       ('retention of jobs', :hour, 'forget_jobs', now() + make_interval(secs => :hour)),
       ('retention of assets', :hour, 'forget_assets', now() + make_interval(secs => :hour)),
       ('orphans of the store', :hour, 'forget_orphans', now() + make_interval(secs => :hour)),
       ('audit of the books', :hour * 24, 'check_books', now() + make_interval(secs => :hour))
ON CONFLICT (name) DO NOTHING
""")

_NEXT_DUE = text("""
UPDATE schedules
SET next_at = next_at + make_interval(secs => every_s * (1 + floor(extract(epoch FROM now() - next_at) / every_s)))
WHERE name = (
    SELECT name FROM schedules WHERE next_at <= now() AND action <> 'held' ORDER BY next_at LIMIT 1
    FOR UPDATE SKIP LOCKED
)
RETURNING name, action, tenant_id, body
""")
"""The claim and the next time are one statement, so a period is done once, however many conductors there are;
periods that were missed are done once together. What is held, as the meter, is nobody's to do."""


class Calendar:
    """Does what the schedules say."""

    def __init__(self, db: Database, registry: Registry, store: Store, config: Settings) -> None:
        self._db = db
        self._registry = registry
        self._actions: dict[str, Callable[[], int]] = {
            "make_room": lambda: make_room(db, config.partition_days, now()),
            "forget_jobs": lambda: self._forget_jobs(config),
            "check_books": lambda: check_books(db),
            "forget_orphans": lambda: forget_orphans(db, store, parts_of(now().hour)),
            "forget_assets": lambda: forget_assets(db, store, config.retention_days),
        }

    def _forget_jobs(self, config: Settings) -> int:
        """Forget old jobs, and what is kept for a shorter time, unless not all of them are counted yet."""
        if not Treasurer(self._db).fold(COUNTED_S):
            return 0
        own = {name: config.keep_days.get(name, kind.manifest.keep_days) for name, kind in self._registry.kinds.items()}
        sooner = sum(forget_kind(self._db, name, days) for name, days in own.items() if days is not None)
        thin_events(self._db, config.retention_days)
        return sooner + forget_past(self._db, config.retention_days)

    def prepare(self) -> None:
        """Make sure that the housekeeping is scheduled."""
        with self._db.unit_of_work() as connection:
            connection.execute(_HOUSEKEEPING, {"hour": HOUR_S})

    def tick(self) -> int:
        """Do everything that is due and tell how many schedules that were."""
        done = 0
        while (due := self._claim()) is not None:
            done += 1
            if due.action in self._actions:
                count = self._actions[due.action]()
                log.info("schedule %s: %d", due.name, count)
        return done

    def _claim(self) -> Any:
        """Claim the next due schedule; a job that is scheduled is accepted in the same transaction."""
        with self._db.unit_of_work() as connection:
            due = connection.execute(_NEXT_DUE).one_or_none()
            if due is not None and due.action == "job":
                self._accept(connection, due.name, due.tenant_id, due.body)
        return due

    def _accept(self, connection: Connection, name: str, tenant_id: UUID, body: dict[str, Any]) -> None:
        try:
            kind = self._registry.kind(body["kind"])
            head = head_of(kind, tenant_id, read_orders(connection))
            ask = kind.read(body.get("input", {}))
            accept(connection, [Request(tenant_id=tenant_id, kind=kind, input=ask, head=head)])
            publish_hint(DISPATCH)
        except MediamillError as error:
            log.warning("schedule %s could not be accepted: %s", name, error.code)
