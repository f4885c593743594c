"""The statements of the meter."""

from __future__ import annotations

import json

from sqlalchemy import text

from mediamill.queues.queries import facts
from mediamill.telemetry.metrics import ERROR_CLASS_OF, MEDIA_S

BATCH = 20_000
HELD_S = 20
"""A conductor that has not counted for so long has lost the meter to whoever comes first."""

PREPARE = text("""
INSERT INTO schedules (name, every_s, action, body, next_at)
SELECT 'meter', :held_s, 'held', jsonb_build_object('xid', at, 'number', 0, 'ledger_xid', at, 'ledger_number', 0), now()
FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS at) AS horizon
ON CONFLICT (name) DO NOTHING
""").bindparams(held_s=HELD_S)
"""Counting begins with what comes; the past is in the events, for whoever asks in SQL."""

COUNT = text("""
WITH horizon AS MATERIALIZED (
    SELECT pg_snapshot_xmin(pg_current_snapshot()) AS xid
), mine AS MATERIALIZED (
    SELECT least((body ->> 'xid')::xid8, horizon.xid) AS xid, (body ->> 'number')::bigint AS number,
        least((body ->> 'ledger_xid')::xid8, horizon.xid) AS ledger_xid, (body ->> 'ledger_number')::bigint AS ledger
    FROM schedules, horizon
    WHERE name = 'meter' AND (body ->> 'holder' = :me OR next_at <= now()) FOR UPDATE OF schedules SKIP LOCKED
), fresh AS MATERIALIZED (
    SELECT xid, number, job_id, seq, type, at, data FROM events
    WHERE (xid, number) > ((SELECT xid FROM mine), (SELECT number FROM mine)) AND xid < (SELECT xid FROM horizon)
    ORDER BY xid, number LIMIT :batch
), paid AS MATERIALIZED (
    SELECT xid, number, type, provider, amount FROM ledger
    WHERE (xid, number) > ((SELECT ledger_xid FROM mine), (SELECT ledger FROM mine))
      AND xid < (SELECT xid FROM horizon)
    ORDER BY xid, number LIMIT :batch
), told AS MATERIALIZED (
    SELECT fresh.type, fresh.seq, jobs.queue,
        CASE WHEN fresh.type = 'job.handed_back' THEN fresh.data ->> 'reason' END AS reason,
        CASE WHEN fresh.type = 'job.failed' AND fresh.data #>> '{error,code}' = 'timeout' THEN 'timed_out'
            ELSE substr(fresh.type, 5) END AS outcome,
        CASE fresh.type WHEN 'job.canceled' THEN 'canceled' WHEN 'job.failed' THEN coalesce(
            CAST(:classes AS jsonb) ->> (fresh.data #>> '{error,code}'), fresh.data #>> '{error,class}', 'permanent')
            ELSE 'none' END AS error_class,
        extract(epoch FROM fresh.at - jobs.created_at)::double precision AS e2e_s,
        extract(epoch FROM fresh.at - coalesce(jobs.started_at, fresh.at))::double precision AS run_s,
        CASE WHEN fresh.type = 'job.started' AND fresh.seq = 2 THEN extract(epoch FROM fresh.at - CASE
            WHEN fresh.at - jobs.created_at < interval '1 s' THEN jobs.created_at ELSE greatest(jobs.created_at, (
                SELECT (first.data ->> 'run_at')::timestamptz FROM events AS first
                WHERE first.job_id = fresh.job_id AND first.seq = 1)) END)::double precision END AS wait_s
    FROM fresh JOIN jobs ON jobs.id = fresh.job_id
    WHERE fresh.type NOT IN ('job.progress', 'job.log', 'job.waiting', 'job.woken', 'job.asset')
), ended AS (
    SELECT * FROM told WHERE type IN ('job.succeeded', 'job.failed', 'job.canceled')
), counted AS (
    SELECT 'submitted' AS what, queue, '' AS a, '' AS b, 0::double precision AS seconds
    FROM told WHERE type = 'job.queued' AND seq = 1
    UNION ALL SELECT 'finished', queue, outcome, error_class, 0 FROM ended
    UNION ALL SELECT 'run', queue, substr(type, 5), '', greatest(run_s, 0) FROM ended WHERE type <> 'job.canceled'
    UNION ALL SELECT 'e2e', queue, '', '', greatest(e2e_s, 0) FROM ended
    UNION ALL SELECT 'wait', queue, '', '', greatest(wait_s, 0) FROM told WHERE wait_s IS NOT NULL
    UNION ALL SELECT 'attempt', queue, CASE type WHEN 'job.started' THEN 'first' WHEN 'job.retrying' THEN 'retry'
        WHEN 'job.queued' THEN 'redrive' ELSE CASE reason WHEN 'worker_lost' THEN 'lease_expired'
        WHEN 'drain' THEN 'drained' ELSE 'other' END END, '', 0
    FROM told WHERE (type = 'job.started' AND seq = 2) OR (type = 'job.queued' AND seq > 1)
        OR type IN ('job.retrying', 'job.handed_back')
), moved AS (
    UPDATE schedules SET next_at = now() + make_interval(secs => every_s), body = jsonb_build_object(
        'holder', CAST(:me AS text),
        'xid', coalesce(last.xid, mine.xid)::text, 'number', coalesce(last.number, mine.number),
        'ledger_xid', coalesce(entry.xid, mine.ledger_xid)::text,
        'ledger_number', coalesce(entry.number, mine.ledger))
    FROM mine
    LEFT JOIN (SELECT xid, number FROM fresh ORDER BY xid DESC, number DESC LIMIT 1) AS last ON true
    LEFT JOIN (SELECT xid, number FROM paid ORDER BY xid DESC, number DESC LIMIT 1) AS entry ON true
    WHERE schedules.name = 'meter'
    RETURNING 1
)
SELECT what, queue, a, b, width_bucket(seconds, CAST(:edges AS double precision[])) AS bucket, count(*) AS n,
    sum(seconds) AS total FROM counted GROUP BY 1, 2, 3, 4, 5
UNION ALL SELECT type, '', provider, '', 0, 0, sum(amount)::double precision FROM paid
    WHERE type IN ('settle', 'refund') GROUP BY type, provider
UNION ALL SELECT 'holds', '', '', '', 0, (SELECT count(*) FROM fresh), 0 FROM moved
""").bindparams(batch=BATCH, classes=json.dumps(ERROR_CLASS_OF), edges=[float(edge) for edge in MEDIA_S])
"""Take or keep the meter, read on from its position and move it: one statement, so no event is counted by two.

Whether a job was to begin later is looked up only where it waited for a second or more.
Who dies between the commit and adding it up takes what came in the last turn along. A position that lies ahead is of a
database that was restored from a dump: it counts from now on. Nobody holds the meter: no row.
"""

_WORK = """
SELECT queue, kind, provider, count(*) AS jobs, extract(epoch FROM now() - min(published_at))::float AS unclaimed_s
FROM (
    SELECT queue, kind, provider, NULL::timestamptz AS published_at FROM lines WHERE run_at <= now()
    UNION ALL SELECT queue, kind, provider, published_at FROM leases WHERE worker_id IS NULL
) AS waiting GROUP BY queue, kind, provider
"""
"""What could run and does not, with how long the oldest delivery is unclaimed."""

_BUSY = """
SELECT leases.queue, count(DISTINCT worker_id) AS workers FROM leases JOIN workers ON workers.id = leases.worker_id
WHERE NOT workers.draining GROUP BY leases.queue
"""
"""Workers that hold a job and do not end anyway."""

LOOK = text(f"""
SELECT (SELECT jsonb_agg(found) FROM ({facts().text}) AS found) AS facts,
    (SELECT coalesce(jsonb_agg(found), '[]') FROM ({_WORK}) AS found) AS work,
    (SELECT coalesce(jsonb_object_agg(queue, workers), '{{}}') FROM ({_BUSY}) AS found) AS busy,
    (SELECT count(*) FROM webhook_deliveries WHERE due_at <= now()) AS due,
    (SELECT coalesce(extract(epoch FROM now() - min(due_at)), 0)::float
     FROM webhook_deliveries WHERE due_at <= now()) AS due_s,
    (SELECT count(*) FROM webhook_endpoints WHERE disabled_at IS NOT NULL) AS disabled,
    (SELECT coalesce(jsonb_object_agg(provider, state), '{{}}') FROM (
        SELECT provider, max(CASE WHEN opened_at IS NOT NULL THEN 2 ELSE 1 END) AS state
        FROM circuits GROUP BY provider) AS circuit) AS circuits,
    (SELECT coalesce(jsonb_object_agg(vendor, jobs), '{{}}') FROM (
        SELECT vendor, count(*) AS jobs FROM predictions WHERE next_at IS NOT NULL GROUP BY vendor) AS flying
    ) AS predictions
""")  # noqa: S608  # constants of this file and of the queues' queries
"""How everything is, in one statement: an idle conductor is to ask for little."""

DATABASE = text("""
SELECT pg_database_size(current_database()) AS bytes,
    (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()) AS connections,
    current_setting('max_connections')::int AS connections_limit,
    (SELECT coalesce(extract(epoch FROM max(now() - xact_start)), 0)::float
     FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend') AS oldest_s,
    (SELECT coalesce(jsonb_object_agg(name, jsonb_build_array(live, dead)), '{}') FROM (
        SELECT coalesce(whole.relname, part.relname) AS name, sum(n_live_tup) AS live, sum(n_dead_tup) AS dead
        FROM pg_stat_user_tables AS part
        LEFT JOIN pg_inherits ON inhrelid = part.relid LEFT JOIN pg_class AS whole ON whole.oid = inhparent
        WHERE coalesce(whole.relname, part.relname) = ANY(:tables) GROUP BY 1) AS tables) AS rows
""")
"""A table that lies in parts has the rows of all of them."""
