"""What a tenant used, by day, kind and provider: counted from the events and the ledger, each of which counts once.

The conductor folds what is new into ``usage_days``, in the order of the transactions and below the oldest open one;
whoever reads adds what is not folded yet. Both see position and days as of one moment, so nothing is missing or twice.
"""

from __future__ import annotations

from sqlalchemy import Connection, TextClause, text

BATCH = 20_000

_COUNTED = "('job.queued', 'job.succeeded', 'job.failed', 'job.canceled', 'job.asset')"

# A job counts on the day on which it was made, whenever it ends. A redrive takes its failure back.
_OF_EVENTS = f"""
    SELECT jobs.tenant_id, (jobs.created_at AT TIME ZONE 'UTC')::date AS day, jobs.kind,
        coalesce(jobs.provider, '') AS provider,
        count(*) FILTER (WHERE fresh.seq = 1) AS jobs,
        count(*) FILTER (WHERE fresh.type = 'job.succeeded') AS succeeded,
        count(*) FILTER (WHERE fresh.type = 'job.failed')
            - count(*) FILTER (WHERE fresh.type = 'job.queued' AND fresh.seq > 1) AS failed,
        count(*) FILTER (WHERE fresh.type = 'job.canceled') AS canceled, 0::numeric AS cost,
        coalesce(sum((fresh.data ->> 'bytes')::bigint) FILTER (WHERE fresh.type = 'job.asset'), 0)::bigint AS bytes
    FROM fresh JOIN jobs ON jobs.id = fresh.job_id WHERE fresh.type IN {_COUNTED}
    GROUP BY 1, 2, 3, 4"""  # noqa: S608  # constants of this file

# Money counts on the day on which it was settled or refunded.
_OF_LEDGER = """
    SELECT tenant_id, (at AT TIME ZONE 'UTC')::date AS day, kind, provider, 0::bigint AS jobs, 0::bigint AS succeeded,
        0::bigint AS failed, 0::bigint AS canceled,
        sum(CASE type WHEN 'settle' THEN amount ELSE -amount END) AS cost, 0::bigint AS bytes
    FROM fresh WHERE type IN ('settle', 'refund')
    GROUP BY 1, 2, 3, 4"""

_SOURCES = {"events": _OF_EVENTS, "ledger": _OF_LEDGER}
_COLUMNS = {
    "events": "xid, number, tenant_id, job_id, seq, type, data",
    "ledger": "xid, number, tenant_id, at, type, amount, kind, provider",
}


def _behind(source: str) -> str:
    position = f"FROM usage_position WHERE source = '{source}'"  # constants of this file
    return f"({source}.xid, {source}.number) > ((SELECT xid {position}), (SELECT number {position}))"


def _fold(source: str) -> TextClause:
    return text(f"""
WITH position AS MATERIALIZED (
    SELECT xid, number FROM usage_position WHERE source = '{source}' FOR UPDATE SKIP LOCKED
), fresh AS MATERIALIZED (
    SELECT {_COLUMNS[source]} FROM {source}
    WHERE (xid, number) > ((SELECT xid FROM position), (SELECT number FROM position))
      AND xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY xid, number LIMIT {BATCH}
), used AS ({_SOURCES[source]}
), folded AS (
    INSERT INTO usage_days AS known
        (tenant_id, day, kind, provider, jobs, succeeded, failed, canceled, cost, bytes)
    SELECT * FROM used ORDER BY tenant_id, day, kind, provider
    ON CONFLICT (tenant_id, day, kind, provider) DO UPDATE SET
        jobs = known.jobs + excluded.jobs, succeeded = known.succeeded + excluded.succeeded,
        failed = known.failed + excluded.failed, canceled = known.canceled + excluded.canceled,
        cost = known.cost + excluded.cost, bytes = known.bytes + excluded.bytes
), moved AS (
    UPDATE usage_position SET xid = last.xid, number = last.number
    FROM (SELECT xid, number FROM fresh ORDER BY xid DESC, number DESC LIMIT 1) AS last WHERE source = '{source}'
)
SELECT count(*) FROM fresh
""")  # noqa: S608  # as above


_FOLDS = {source: _fold(source) for source in _SOURCES}

_USED = text(f"""
WITH fresh_events AS MATERIALIZED (
    SELECT {_COLUMNS["events"]} FROM events WHERE {_behind("events")} AND tenant_id = :tenant_id
), fresh_entries AS MATERIALIZED (
    SELECT {_COLUMNS["ledger"]} FROM ledger WHERE {_behind("ledger")} AND tenant_id = :tenant_id
), used AS (
    SELECT * FROM usage_days WHERE tenant_id = :tenant_id AND day >= :since
    UNION ALL SELECT * FROM ({_OF_EVENTS.replace("FROM fresh ", "FROM fresh_events AS fresh ")}) AS live
    UNION ALL SELECT * FROM ({_OF_LEDGER.replace("FROM fresh ", "FROM fresh_entries AS fresh ")}) AS live
)
SELECT day, kind, provider, sum(jobs)::bigint AS jobs, sum(succeeded)::bigint AS succeeded,
    sum(failed)::bigint AS failed, sum(canceled)::bigint AS canceled, sum(cost) AS cost, sum(bytes)::bigint AS bytes
FROM used WHERE day >= :since GROUP BY 1, 2, 3 ORDER BY 1 DESC, 2, 3
""")  # noqa: S608  # as above


def used() -> TextClause:
    """Give what ``:tenant_id`` used on each day from ``:since`` on, by kind and provider."""
    return _USED


def fold(connection: Connection, source: str) -> int:
    """Fold a batch of ``events`` or ``ledger`` and tell how many rows were read; 0 also while somebody else does it."""
    return int(connection.execute(_FOLDS[source]).scalar_one())


SOURCES = tuple(_SOURCES)
