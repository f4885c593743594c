"""What is left of the limits of providers, as all tenants share them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, TextClause, text

from mediamill.settings import ProviderLimit

_STANDING = text("""
WITH used AS (
    SELECT provider, count(*) AS jobs FROM (
        SELECT coalesce(provider, (SELECT jobs.provider FROM jobs WHERE jobs.id = leases.job_id)) AS provider
        FROM leases
        UNION ALL
        SELECT vendor FROM predictions
        WHERE vendor = ANY(CAST(:providers AS text[])) AND next_at IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM leases WHERE leases.job_id = predictions.job_id)
          AND NOT (vendor_id IS NULL AND EXISTS (SELECT 1 FROM lines WHERE lines.job_id = predictions.job_id))
    ) AS each GROUP BY provider
)
SELECT asked.provider, coalesce(used.jobs, 0)::int AS running, clock_timestamp() AS at, quotas.tokens,
    CAST(extract(epoch FROM clock_timestamp() - quotas.at) AS double precision) AS since_s,
    coalesce(quotas.turns, '{}') AS turns
FROM unnest(CAST(:providers AS text[])) AS asked(provider)
LEFT JOIN used ON used.provider = asked.provider
LEFT JOIN quotas ON quotas.provider = asked.provider
""")


class Standing(NamedTuple):
    """How a provider stands to its limit."""

    limit: ProviderLimit
    running: int
    tokens: float
    """How many more may begin now, as far as the rate goes; fractions are on their way."""
    at: datetime
    """The database's time then."""

    @property
    def room(self) -> int:
        """How many more may begin now."""
        by_rate = int(self.tokens)
        return by_rate if self.limit.running is None else min(by_rate, self.limit.running - self.running)

    def wait_s(self, ahead: int) -> float:
        """Tell in how many seconds the rate lets a job begin that has so many before it."""
        return max(0.0, ahead + 1 - self.tokens) * 60 / self.limit.per_minute if self.limit.per_minute else 0.0


UNBOUNDED = 1_000_000.0


def standing() -> TextClause:
    """Give what ``:providers`` have in hand and have left, a row for each, which ``stands`` reads."""
    return _STANDING


def stands(row: Row[Any], limit: ProviderLimit) -> Standing:
    """Read a row of ``standing``.

    A clock that went back fills the bucket, since what it holds cannot be told, and it must never stay empty.
    """
    if limit.per_minute is None:
        return Standing(limit, row.running, UNBOUNDED, row.at)
    is_full = row.tokens is None or row.since_s < 0
    tokens = limit.burst if is_full else min(limit.burst, row.tokens + row.since_s * limit.per_minute / 60)
    return Standing(limit, row.running, tokens, row.at)
