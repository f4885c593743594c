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
SELECT kind, array_agg(seconds::float ORDER BY seconds) AS runs_s
FROM (
    SELECT kind, extract(epoch FROM finished_at - started_at) AS seconds,
        row_number() OVER (PARTITION BY kind ORDER BY id DESC) AS age
    FROM (SELECT * FROM jobs ORDER BY id DESC LIMIT 20000) AS recent
    WHERE state = 'succeeded' AND finished_at > started_at
) AS runs
WHERE age <= 200
GROUP BY kind
""")


_CREW = text("""
WITH live AS (
    SELECT id, slots FROM workers
    WHERE NOT draining AND seen_at > now() - make_interval(secs => :lease_s) AND :queue = ANY(queues)
)
SELECT (SELECT coalesce(sum(slots), 0) FROM live)::int AS slots,
    (SELECT count(*) FROM leases
     WHERE worker_id IN (SELECT id FROM live) OR (worker_id IS NULL AND queue = :queue))::int AS busy,
    (SELECT coalesce(jsonb_object_agg(kind, jobs), '{}') FROM (
        SELECT kind, count(*) AS jobs FROM (
            SELECT kind FROM lines WHERE queue = :queue AND run_at <= now() LIMIT 500
        ) AS few GROUP BY kind
    ) AS kinds) AS mix
""")


def crew() -> TextClause:
    """Tell of ``:queue`` the slots that serve it (``:lease_s``), how many are busy, and which kinds are in line."""
    return _CREW


def facts() -> TextClause:
    """Tell of each queue in ``:names`` its depth, its running and waiting jobs, its live workers (``:lease_s``)."""
    return _FACTS


def durations() -> TextClause:
    """Give the run times of each kind, its last 200 successes among the newest 20,000 jobs, shortest first."""
    return _DURATIONS


def set_paused(name: str, *, paused: bool) -> Insert:
    """Remember that a queue is paused or not. Jobs are still accepted; nothing is handed over while it is."""
    return (
        insert(QueueState)
        .values(name=name, paused=paused)
        .on_conflict_do_update(index_elements=["name"], set_={"paused": paused})
    )
