"""One turn of the meter: count what is new, if it is held here, and look at the queues, in any case."""

from __future__ import annotations

import math
import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from sqlalchemy import Connection, RowMapping

from conductor.meter import gauges, queries, tally
from conductor.meter.scaling import Signal, Unclaimed, Waiting, signal
from mediamill.clock import monotonic
from mediamill.db.session import Database
from mediamill.ids import uuid7
from mediamill.queues import queries as queue_queries
from mediamill.queues.registry import Registry
from mediamill.settings import Settings
from mediamill.telemetry import metrics
from mediamill.telemetry.meters import Meters

METER_S = 5.0
IDLE_S = 10.0
"""Where nothing waits, runs or has happened, so that an idle installation is asked for little."""
STALE_S = 30.0
"""A signal older than this is none: a scaler that is told nothing keeps what it has."""
DATABASE_S = 30.0
HISTORY_S = 60.0


class Meter:
    """Counts for the whole installation while it is held here; every conductor knows the queues' signals.

    Exactly one conductor holds the meter: it is a schedule that is held by moving its next time (ADR 44). It alone
    shows the gauges of the installation, so that a sum over conductors is right; counters of a conductor that lost it
    stay as they are, and whoever took it counts on from the same position.
    """

    def __init__(
        self, db: Database, registry: Registry, config: Settings, meters: Meters, stale_s: float = STALE_S
    ) -> None:
        self._db = db
        self._registry = registry
        self._config = config
        self.meters = meters
        self.stale_s = stale_s
        self._me = str(uuid7())
        self._signals: Mapping[str, Signal] = {}
        self._looked_at: float | None = None
        self._database_at = self._history_at = -math.inf
        self._typical_s: dict[str, float] = {}
        self._holds = self._has_more = self._is_busy = False
        self._rung = threading.Event()
        gauges.show(meters, holds=False)

    @property
    def age_s(self) -> float:
        """How old the signals are."""
        return math.inf if self._looked_at is None else monotonic() - self._looked_at

    def signal(self, queue: str) -> Signal | None:
        """Give the signal of a queue; none of one that is not installed, or that is not known by now."""
        return self._signals.get(queue) if self.age_s <= self.stale_s else None

    def prepare(self) -> None:
        """Make sure that there is a meter to hold."""
        with self._db.unit_of_work() as connection:
            connection.execute(queries.PREPARE)

    def tick(self) -> int:
        """Take a turn, and tell how many events were counted."""
        with self._db.unit_of_work() as connection:
            counted = connection.execute(queries.COUNT, {"me": self._me}).all()
            held = [row for row in counted if row.what == "holds"]
            look = self._look(connection)
            facts, waiting = look["facts"], [Unclaimed(**row) for row in look["work"]]
            if waiting and monotonic() - self._history_at > HISTORY_S:
                self._typical_s = _typical_s(connection)
                self._history_at = monotonic()
            database = self._database(connection) if held else None
        # Added after the commit: what was rolled back is read again.
        tally.add(self.meters, counted)
        self._signals = self._judge(facts, waiting, look["busy"])
        self._looked_at = monotonic()
        self._hold(holds=bool(held))
        if held:
            gauges.put_queues(self.meters, facts, waiting, self._signals)
            gauges.put_state(self.meters, look)
        if database is not None:
            gauges.put_database(self.meters, database)
        read = sum(int(row.n) for row in held)
        self._has_more = read == queries.BATCH
        self._is_busy = read > 0 or bool(waiting) or any(found.running for found in self._signals.values())
        return read

    def wait(self, seconds: float) -> None:
        """Return when it is time to look again: at once while there is more to read than one turn takes."""
        if not self._has_more:
            self._rung.wait(seconds if self._is_busy else max(seconds, IDLE_S))

    def ring(self) -> None:
        """End the wait, now and from now on."""
        self._rung.set()

    def _hold(self, *, holds: bool) -> None:
        if holds != self._holds:
            self._holds = holds
            self._database_at = -math.inf
            gauges.show(self.meters, holds=holds)

    def _look(self, connection: Connection) -> RowMapping:
        given = {"lease_s": self._config.lease_s, "names": list(self._registry.queues)}
        return connection.execute(queries.LOOK, given).mappings().one()

    def _database(self, connection: Connection) -> RowMapping | None:
        if monotonic() - self._database_at < DATABASE_S:
            return None
        self._database_at = monotonic()
        return connection.execute(queries.DATABASE, {"tables": list(metrics.TABLES)}).mappings().one()

    def _judge(
        self, facts: Sequence[Mapping[str, Any]], rows: Sequence[Unclaimed], busy: Mapping[str, int]
    ) -> dict[str, Signal]:
        waiting: defaultdict[str, list[Waiting]] = defaultdict(list)
        for row in rows:
            waiting[row.queue].append(Waiting(row.kind, row.provider, row.jobs))
        return {
            row["queue"]: signal(
                self._registry.queue(row["queue"]).manifest,
                waiting[row["queue"]],
                row["running"],
                self._typical_s,
                self._config.provider_limits,
                busy_workers=busy.get(row["queue"], 0),
                paused=row["paused"],
            )
            for row in facts
        }


def _typical_s(connection: Connection) -> dict[str, float]:
    return {row.kind: median(row.runs_s) for row in connection.execute(queue_queries.durations())}
