"""The statements that a story is read by; each takes the ids of all its jobs."""

from __future__ import annotations

from typing import LiteralString

TREE: LiteralString = """
WITH RECURSIVE tree AS (
    SELECT id FROM jobs WHERE id = %(id)s
    UNION ALL
    SELECT jobs.id FROM jobs JOIN tree ON jobs.parent_id = tree.id
)
SELECT clock_timestamp() AS now, jobs.id::text, jobs.kind, jobs.queue, jobs.state, jobs.tenant_id::text,
    jobs.parent_id::text, jobs.provider, jobs.priority, jobs.attempt, jobs.crashes, jobs.delivery, jobs.cost,
    jobs.error, split_part(jobs.traceparent, '-', 2) AS trace_id, jobs.created_at, jobs.started_at, jobs.finished_at
FROM jobs JOIN (SELECT id FROM tree LIMIT %(most)s) AS tree USING (id) ORDER BY jobs.id
"""

EVENTS: LiteralString = """
SELECT job_id::text, seq, type, at, data FROM events
WHERE job_id = ANY(%(ids)s) AND (job_id = %(id)s OR type NOT IN ('job.progress', 'job.log', 'job.asset'))
ORDER BY job_id, seq
"""

STEPS: LiteralString = """
SELECT steps.job_id::text, steps.ordinal, steps.name, steps.type, steps.state, steps.delivery,
    steps.started_at AS began_at, steps.finished_at AS ended_at, predictions.vendor,
    predictions.vendor_id AS prediction, predictions.state AS prediction_state, predictions.polls AS looks,
    coalesce((
        SELECT sum(CASE ledger.type WHEN 'settle' THEN amount ELSE -amount END) FROM ledger
        WHERE ledger.job_id = steps.job_id AND ledger.ordinal = steps.ordinal
          AND ledger.type IN ('settle', 'refund')), 0) AS cost
FROM steps LEFT JOIN predictions USING (job_id, ordinal)
WHERE steps.job_id = ANY(%(ids)s) ORDER BY steps.job_id, steps.ordinal
"""

WEBHOOKS: LiteralString = """
SELECT delivery.job_id::text, event.type AS event, coalesce(endpoint.url, webhook.url) AS url, delivery.state,
    delivery.attempts, delivery.created_at, delivery.delivered_at, delivery.tries -> -1 AS try
FROM webhook_deliveries AS delivery
JOIN events AS event ON event.job_id = delivery.job_id AND event.seq = delivery.seq
LEFT JOIN webhook_endpoints AS endpoint ON endpoint.id = delivery.endpoint_id
LEFT JOIN job_webhooks AS webhook ON webhook.job_id = delivery.job_id AND delivery.endpoint_id IS NULL
WHERE delivery.job_id = ANY(%(ids)s) ORDER BY delivery.job_id, delivery.seq, delivery.lane
"""

HOLDERS: LiteralString = """
SELECT leases.job_id::text, workers.host, workers.pid, leases.delivery, leases.claimed_at AS since
FROM leases JOIN workers ON workers.id = leases.worker_id WHERE leases.job_id = ANY(%(ids)s)
"""

WAITS: LiteralString = """
SELECT job_id::text, reason, pending, signal, wake_at AS until FROM waits WHERE job_id = ANY(%(ids)s)
"""
