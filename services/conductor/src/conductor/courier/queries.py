"""The statements of the courier."""

from __future__ import annotations

from sqlalchemy import text

from mediamill.webhooks.queries import UNASKED

_WANTED = "(EXISTS (SELECT 1 FROM webhook_endpoints) OR EXISTS (SELECT 1 FROM job_webhooks))"

LOOK = text(f"""
SELECT {_WANTED} AS wanted,
       xid > pg_snapshot_xmax(pg_current_snapshot()) AS ahead,
       (SELECT events.number FROM events WHERE (events.xid, events.number) > (position.xid, position.number)
        AND events.xid < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY events.xid, events.number LIMIT 1) IS NOT NULL AS fresh,
       (SELECT due_at FROM webhook_deliveries WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1) <= now() AS due
FROM webhook_position AS position
""")  # noqa: S608  # a constant of this file
"""Asked for the first in an index's order, never whether one exists: that would be answered by reading the whole table.
``ahead``: the database was restored from a dump into a younger cluster, whose transactions count from below."""

SKIP = text(f"""
UPDATE webhook_position SET xid = pg_snapshot_xmin(pg_current_snapshot()), number = 0
WHERE NOT {_WANTED} OR xid > pg_snapshot_xmax(pg_current_snapshot())
""")  # noqa: S608  # as above
"""Nobody wants what was told so far. Whoever comes later commits a transaction that this one's snapshot does not hold,
so that its events lie at or behind the new position."""

_ID = """
encode(set_bit(set_bit(overlay(
    uuid_send(gen_random_uuid()) PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint)
    FROM 3) FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid
"""
# A UUIDv7, so that a list of deliveries is in the order of their making.

_TOLD = "CASE WHEN {0}.events IS NULL THEN fresh.type <> ALL(:unasked) ELSE fresh.type = ANY({0}.events) END"

_PACED = """(webhook.dialect = 'native' OR fresh.type <> ALL(:unasked) OR NOT EXISTS (
        SELECT 1 FROM events AS earlier
        WHERE earlier.job_id = fresh.job_id AND earlier.seq < fresh.seq AND earlier.type = ANY(:unasked)
          AND date_bin('500 ms', earlier.at, 'epoch') = date_bin('500 ms', fresh.at, 'epoch')))"""
# Receivers of other surfaces get what a job logs at most once in each half second; the message holds all lines so far.

FAN_OUT = text(f"""
WITH position AS MATERIALIZED (
    SELECT xid, number FROM webhook_position FOR UPDATE SKIP LOCKED
), fresh AS MATERIALIZED (
    SELECT xid, number, job_id, seq, tenant_id, type, at FROM events
    WHERE (xid, number) > ((SELECT xid FROM position), (SELECT number FROM position))
      AND xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY xid, number LIMIT :batch
), told AS (
    SELECT endpoint.id AS endpoint_id, fresh.job_id, fresh.seq, endpoint.id::text AS lane
    FROM fresh JOIN webhook_endpoints AS endpoint
      ON endpoint.tenant_id = fresh.tenant_id AND endpoint.disabled_at IS NULL AND fresh.at >= endpoint.created_at
    WHERE {_TOLD.format("endpoint")}
    UNION ALL
    SELECT NULL, fresh.job_id, fresh.seq, webhook.lane
    FROM fresh CROSS JOIN LATERAL (SELECT * FROM job_webhooks WHERE job_id = fresh.job_id OFFSET 0) AS webhook
    WHERE {_TOLD.format("webhook")} AND {_PACED}
), made AS (
    INSERT INTO webhook_deliveries (id, endpoint_id, job_id, seq, lane)
    SELECT {_ID}, endpoint_id, job_id, seq, lane FROM told
    ON CONFLICT (job_id, seq, lane) DO NOTHING
    RETURNING id
), moved AS (
    UPDATE webhook_position SET xid = last.xid, number = last.number
    FROM (SELECT xid, number FROM fresh ORDER BY xid DESC, number DESC LIMIT 1) AS last
)
SELECT (SELECT count(*) FROM fresh) AS read, (SELECT count(*) FROM made) AS made
""").bindparams(unasked=[str(type_) for type_ in UNASKED])  # noqa: S608  # as above
"""Read on from the position, make the deliveries, and move it: one statement, so none is missed or made twice.

Events are read in the order of their transactions and below the oldest open one, since numbers are drawn before
commit. Two couriers do not wait for each other: the second one sees no position and reads nothing.
"""

CLAIM = text("""
WITH RECURSIVE lanes AS (
    (SELECT lane FROM webhook_deliveries WHERE due_at IS NOT NULL ORDER BY lane LIMIT 1)
    UNION ALL
    SELECT (SELECT next.lane FROM webhook_deliveries AS next
            WHERE next.due_at IS NOT NULL AND next.lane > lanes.lane ORDER BY next.lane LIMIT 1)
    FROM lanes WHERE lanes.lane IS NOT NULL
), rooms AS (
    SELECT lane, coalesce((CAST(:rooms AS jsonb) ->> lane)::integer, :lane_slots) AS room
    FROM lanes WHERE lane IS NOT NULL
), chosen AS (
    SELECT due.id FROM rooms CROSS JOIN LATERAL (
        SELECT id, due_at FROM webhook_deliveries AS waiting
        WHERE waiting.lane = rooms.lane AND waiting.due_at <= now()
        ORDER BY waiting.due_at LIMIT rooms.room FOR UPDATE SKIP LOCKED) AS due
    ORDER BY due.due_at LIMIT :free
)
UPDATE webhook_deliveries
SET state = 'sending', attempts = attempts + 1, due_at = now() + make_interval(secs => :lease_s)
FROM chosen WHERE webhook_deliveries.id = chosen.id
RETURNING webhook_deliveries.id
""")
"""Claim what is due: from every lane at most its free slots, found by hopping from lane to lane over the index, so that
ten thousand deliveries to a receiver that hangs are not looked at. A claim that nobody answers becomes due again."""

LOAD = text("""
SELECT delivery.id, delivery.attempts, delivery.failures, delivery.lane, delivery.endpoint_id,
    coalesce(endpoint.url, webhook.url) AS url, job.tenant_id, job.traceparent,
    event.seq AS event_seq, event.type AS event_type, event.at AS event_at, event.data AS event_data,
    job.id AS job_id, job.kind AS job_kind, job.queue AS job_queue, job.state AS job_state,
    job.priority AS job_priority, job.input AS job_input, job.output AS job_output, job.error AS job_error,
    job.progress AS job_progress, job.attempt AS job_attempt, job.crashes AS job_crashes,
    job.provider AS job_provider, job.parent_id AS job_parent_id, job.root_id AS job_root_id, job.cost AS job_cost,
    job.metadata AS job_metadata, job.created_at AS job_created_at, job.started_at AS job_started_at,
    job.finished_at AS job_finished_at, coalesce(webhook.dialect, 'native') AS dialect,
    CASE WHEN webhook.dialect <> 'native' THEN (
        SELECT jsonb_agg(jsonb_build_object('type', line.type, 'at', line.at, 'data', line.data) ORDER BY line.seq)
        FROM (SELECT seq, type, at, data FROM events
              WHERE events.job_id = job.id AND type IN ('job.log', 'job.progress')
              ORDER BY seq DESC LIMIT 1000) AS line) END AS told
FROM webhook_deliveries AS delivery
JOIN events AS event ON event.job_id = delivery.job_id AND event.seq = delivery.seq
JOIN jobs AS job ON job.id = delivery.job_id
LEFT JOIN webhook_endpoints AS endpoint ON endpoint.id = delivery.endpoint_id
LEFT JOIN job_webhooks AS webhook ON webhook.job_id = delivery.job_id AND delivery.endpoint_id IS NULL
WHERE delivery.id = ANY(:ids)
""")

RESULT = text("""
UPDATE webhook_deliveries
SET state = :state, failures = :failures, due_at = now() + make_interval(secs => :delay_s),
    delivered_at = CASE WHEN :state = 'delivered' THEN now() ELSE delivered_at END,
    tries = (CASE WHEN jsonb_array_length(tries) >= :kept THEN tries - 0 ELSE tries END) || CAST(:try AS jsonb)
WHERE id = :id AND attempts = :attempt AND state = 'sending'
RETURNING endpoint_id
""")
"""Write what became of a try, unless another courier has taken it over meanwhile. No delay: it rests."""

HOLD = text("SELECT FROM webhook_endpoints WHERE id = :id FOR NO KEY UPDATE")
"""Whoever deletes an endpoint locks it before its deliveries, so we do too."""

WORKS = text("""
UPDATE webhook_endpoints SET failing_since = NULL, disabled_at = NULL, disabled_reason = NULL
WHERE id = :id AND (failing_since IS NOT NULL OR disabled_at IS NOT NULL)
""")

FAILS = text("""
UPDATE webhook_endpoints
SET failing_since = coalesce(failing_since, now()),
    disabled_at = CASE WHEN failing_since < now() - make_interval(days => :days) THEN now() END,
    disabled_reason = CASE WHEN failing_since < now() - make_interval(days => :days) THEN CAST(:reason AS text) END
WHERE id = :id AND disabled_at IS NULL
  AND (failing_since IS NULL OR failing_since < now() - make_interval(days => :days))
RETURNING disabled_at
""")

GIVE_UP = text("""
UPDATE webhook_deliveries SET state = 'failed', due_at = NULL
FROM webhook_endpoints AS endpoint
WHERE endpoint.id = :id AND endpoint.disabled_at IS NOT NULL AND webhook_deliveries.endpoint_id = endpoint.id
  AND webhook_deliveries.due_at IS NOT NULL AND webhook_deliveries.state = 'pending'
""")
"""Nothing more is tried at an endpoint that was disabled."""
