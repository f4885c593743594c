"""The gauges of the whole installation: shown by the conductor that holds the meter, and by no other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping

from conductor.meter.scaling import Signal, Unclaimed
from mediamill.telemetry import metrics
from mediamill.telemetry.meters import Meters

OF_ALL = (
    metrics.QUEUE_JOBS,
    metrics.QUEUE_OLDEST,
    metrics.QUEUE_UNCLAIMED,
    metrics.QUEUE_BACKLOG,
    metrics.QUEUE_WANTED,
    metrics.QUEUE_SLOTS,
    metrics.QUEUE_PAUSED,
    metrics.BREAKER,
    metrics.PREDICTIONS,
    metrics.WEBHOOKS_DUE,
    metrics.WEBHOOKS_OLDEST,
    metrics.ENDPOINTS_DISABLED,
    metrics.DB_BYTES,
    metrics.DB_CONNECTIONS,
    metrics.DB_LIMIT,
    metrics.DB_OLDEST,
    metrics.DB_DEAD_ROWS,
    metrics.DB_LIVE_ROWS,
)


def show(meters: Meters, *, holds: bool) -> None:
    """Show them from now on, or no more."""
    meters.cell(metrics.HOLDS_METER).put(holds)
    (meters.speak if holds else meters.silence)(OF_ALL)


def put_queues(
    meters: Meters, facts: Sequence[Mapping[str, Any]], waiting: Sequence[Unclaimed], signals: Mapping[str, Signal]
) -> None:
    """Tell how the queues are."""
    unclaimed: defaultdict[str, float] = defaultdict(float)
    for kind in waiting:
        unclaimed[kind.queue] = max(unclaimed[kind.queue], kind.unclaimed_s or 0)
    for row in facts:
        queue, running = row["queue"], row["running"]
        jobs = {
            "queued": row["depth"],
            "handed": row["handed"] - running,
            "running": running,
            "waiting": row["waiting"],
        }
        for state, number in jobs.items():
            meters.cell(metrics.QUEUE_JOBS, queue=queue, state=state).put(number)
        meters.cell(metrics.QUEUE_OLDEST, queue=queue).put(row["oldest_age_s"])
        meters.cell(metrics.QUEUE_UNCLAIMED, queue=queue).put(unclaimed[queue])
        meters.cell(metrics.QUEUE_BACKLOG, queue=queue).put(signals[queue].backlog_seconds)
        meters.cell(metrics.QUEUE_WANTED, queue=queue).put(signals[queue].wanted_slots)
        meters.cell(metrics.QUEUE_SLOTS, queue=queue).put(row["slots"])
        meters.cell(metrics.QUEUE_PAUSED, queue=queue).put(row["paused"])


def put_state(meters: Meters, row: RowMapping) -> None:
    """Tell how providers and webhooks are."""
    for metric, found in ((metrics.BREAKER, row["circuits"]), (metrics.PREDICTIONS, row["predictions"])):
        for provider in meters.closed["provider"]:
            meters.cell(metric, provider=provider).put(found.get(provider, 0))
    meters.cell(metrics.WEBHOOKS_DUE).put(row["due"])
    meters.cell(metrics.WEBHOOKS_OLDEST).put(row["due_s"])
    meters.cell(metrics.ENDPOINTS_DISABLED).put(row["disabled"])


def put_database(meters: Meters, row: RowMapping) -> None:
    """Tell how the database is."""
    meters.cell(metrics.DB_BYTES).put(row["bytes"])
    meters.cell(metrics.DB_CONNECTIONS).put(row["connections"])
    meters.cell(metrics.DB_LIMIT).put(row["connections_limit"])
    meters.cell(metrics.DB_OLDEST).put(row["oldest_s"])
    for table, (live, dead) in row["rows"].items():
        meters.cell(metrics.DB_LIVE_ROWS, table=table).put(live)
        meters.cell(metrics.DB_DEAD_ROWS, table=table).put(dead)
