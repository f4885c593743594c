"""What the meter has read, added to the conductor's metrics."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mediamill.telemetry import metrics
from mediamill.telemetry.meters import Meters


def add(meters: Meters, rows: Iterable[Any]) -> None:
    """Add the rows of ``queries.COUNT``."""
    for row in rows:
        match row.what:
            case "submitted":
                meters.cell(metrics.JOBS_SUBMITTED, queue=row.queue).add(row.n)
            case "finished":
                meters.cell(metrics.JOBS_FINISHED, queue=row.queue, outcome=row.a, error_class=row.b).add(row.n)
            case "attempt":
                meters.cell(metrics.JOB_ATTEMPTS, queue=row.queue, reason=row.a).add(row.n)
            case "run":
                meters.cell(metrics.JOB_RUN, queue=row.queue, outcome=row.a).pile(row.bucket, row.n, row.total)
            case "e2e":
                meters.cell(metrics.JOB_E2E, queue=row.queue).pile(row.bucket, row.n, row.total)
            case "wait":
                meters.cell(metrics.JOB_QUEUE_WAIT, queue=row.queue).pile(row.bucket, row.n, row.total)
            case "settle":
                meters.cell(metrics.PROVIDER_COST, provider=row.a).add(row.total)
            case "refund":
                meters.cell(metrics.PROVIDER_REFUNDS, provider=row.a).add(row.total)
