"""Statements that tell how the queues are, and the one that pauses them.

They read tables of folders above this one, so they are written as SQL.
"""

from __future__ import annotations

from sqlalchemy import Insert, TextClause, text
from sqlalchemy.dialects.postgresql import insert

from mediamill.queues.model import QueueState

_FACTS = text("""
WITH live AS (
    SELECT unnest(queues) AS queue, slots FROM workers
    WHERE NOT draining AND seen_at > now() - make_interval(secs => :lease_s)
), staffed AS (
    SELECT queue, count(*) AS workers, sum(slots) AS slots FROM live GROUP BY queue
), in_line AS (
    SELECT queue, count(*) AS depth, min(run_at) FILTER (WHERE run_at <= now()) AS oldest FROM lines GROUP BY queue
), handed AS (
    SELECT queue, count(claimed_at) AS running, count(*) AS handed FROM leases GROUP BY queue
), parked AS (
    SELECT jobs.queue, count(*) AS waiting FROM waits JOIN jobs ON jobs.id = waits.job_id GROUP BY jobs.queue
)
SELECT asked.name AS queue, coalesce(depth, 0) AS depth, coalesce(running, 0) AS running, coalesce(handed, 0) AS handed,
    coalesce(waiting, 0) AS waiting, coalesce(extract(epoch FROM now() - oldest), 0)::float AS oldest_age_s,
    coalesce(workers, 0) AS workers, coalesce(slots, 0)::int AS slots, coalesce(paused, false) AS paused
FROM unnest(CAST(:names AS text[])) AS asked(name)
LEFT JOIN staffed ON staffed.queue = asked.name
LEFT JOIN in_line ON in_line.queue = asked.name
LEFT JOIN handed ON handed.queue = asked.name
LEFT JOIN parked ON parked.queue = asked.name
LEFT JOIN queues ON queues.name = asked.name
ORDER BY asked.name
""")

# The newest jobs only: an index on kind and state would make every update of a job dearer than this question is.
_DURATIONS = text("""
SELECT kind, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds)::float AS median_s, count(*) AS samples
FROM (
    SELECT kind, extract(epoch FROM finished_at - started_at) AS seconds,
        row_number() OVER (PARTITION BY kind ORDER BY id DESC) AS age
    FROM (SELECT * FROM jobs ORDER BY id DESC LIMIT 20000) AS recent
    WHERE state = 'succeeded' AND finished_at > started_at
) AS runs
WHERE age <= 200
GROUP BY kind
""")

MOST_AHEAD = 2000
"""Places are counted so far and no further, so that asking costs the same in any backlog."""

_FEW = 5

# One look along the index for each job …
_AHEAD_OF_FEW = """
SELECT mine.job_id, mine.queue, (SELECT count(*) FROM (
    SELECT 1 FROM lines
    WHERE lines.queue = mine.queue AND lines.tenant_id = mine.tenant_id AND lines.run_at <= now()
      AND (lines.rank, lines.priority, lines.job_id) < (mine.rank, mine.priority, mine.job_id)
    LIMIT :most
) AS before) AS ahead
FROM lines AS mine WHERE job_id = ANY(:ids) AND tenant_id = :tenant_id AND run_at <= now()
"""

# … or one along the whole line for all of them.
_AHEAD_OF_MANY = """
SELECT job_id, queue, least(ahead, :most) AS ahead FROM (
    SELECT job_id, queue, row_number() OVER (PARTITION BY queue ORDER BY rank, priority, job_id) - 1 AS ahead
    FROM lines
    WHERE tenant_id = :tenant_id AND run_at <= now()
      AND queue IN (SELECT queue FROM lines WHERE job_id = ANY(:ids) AND tenant_id = :tenant_id)
) AS numbered JOIN unnest(CAST(:ids AS uuid[])) AS asked(id) ON asked.id = job_id
"""

_POSITIONS = """
WITH own AS ({ahead}), rival_lines AS (
    SELECT queue, tenant_id FROM lines
    WHERE queue IN (SELECT queue FROM own) AND tenant_id <> :tenant_id AND run_at <= now()
    LIMIT :most
), rivals AS MATERIALIZED (
    SELECT queue, count(*) AS lines, weight::float / (SELECT weight FROM tenants WHERE id = :tenant_id) AS share
    FROM rival_lines JOIN tenants ON tenants.id = tenant_id
    GROUP BY queue, tenants.id
)
SELECT job_id, (ahead + coalesce((
    SELECT sum(least(lines, ceil(share * ahead))) FROM rivals WHERE rivals.queue = own.queue
), 0))::int AS position
FROM own
"""
_POSITIONS_OF_FEW = text(_POSITIONS.format(ahead=_AHEAD_OF_FEW)).bindparams(most=MOST_AHEAD)
_POSITIONS_OF_MANY = text(_POSITIONS.format(ahead=_AHEAD_OF_MANY)).bindparams(most=MOST_AHEAD)


def facts() -> TextClause:
    """Tell of each queue in ``:names`` its depth, its running and waiting jobs, its live workers (``:lease_s``)."""
    return _FACTS


def durations() -> TextClause:
    """Give the median run time of each kind over its last 200 successes among the newest 20,000 jobs."""
    return _DURATIONS


def positions(how_many: int) -> TextClause:
    """Tell how many jobs will be served before each of ``:ids`` of ``:tenant_id`` that is in line and due.

    An approximation of fair turns: what of the tenant is ahead, plus, for every other tenant, as much as its weight
    buys meanwhile, but no more than it has in line. Of either, no more than ``MOST_AHEAD`` are counted.
    """
    return _POSITIONS_OF_FEW if how_many <= _FEW else _POSITIONS_OF_MANY


def set_paused(name: str, *, paused: bool) -> Insert:
    """Remember that a queue is paused or not. Jobs are still accepted; nothing is handed over while it is."""
    return (
        insert(QueueState)
        .values(name=name, paused=paused)
        .on_conflict_do_update(index_elements=["name"], set_={"paused": paused})
    )
