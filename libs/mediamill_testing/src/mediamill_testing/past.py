"""A past for a database: jobs that ended long ago, with what they left behind, made by SQL and not by running them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg

BATCH = 50_000
DAYS = 90
"""The past is spread evenly over so many days, until now."""

OTHERS = 19
"""Tenants beside the one that is asked about, who has half of the jobs."""

_TENANTS = """
INSERT INTO tenants (id, name) SELECT uuidv7(), 'past ' || number FROM generate_series(1, %(others)s) AS number
ON CONFLICT (name) DO NOTHING
"""

# Every tenth job is a parent of the four after it. Ids are drawn for their time of birth, so they ascend with it.
_JOBS = """
CREATE TEMPORARY TABLE past ON COMMIT DROP AS
WITH others AS (
    SELECT array_agg(id ORDER BY name) AS ids FROM tenants WHERE name LIKE 'past %%'
), born AS (
    SELECT number, uuidv7(-make_interval(secs => (%(total)s - number) * %(days)s * 86400.0 / %(total)s)) AS id
    FROM generate_series(%(first)s::int, %(last)s::int) AS number
)
SELECT number, id, uuid_extract_timestamp(id) AS at,
    CASE WHEN number / 10 %% 2 = 0 THEN %(tenant)s ELSE ids[1 + number / 10 %% %(others)s] END AS tenant_id,
    CASE WHEN number %% 10 BETWEEN 1 AND 4 THEN number - number %% 10 END AS parent,
    (ARRAY['test.noop', 'image.generate', 'audio.speech', 'video.clip', 'text.story'])[1 + number / 7 %% 5] AS kind,
    (ARRAY['test', 'image', 'audio', 'video', 'text'])[1 + number / 7 %% 5] AS queue,
    CASE WHEN number %% 100 < 4 THEN 'failed' WHEN number %% 100 < 6 THEN 'canceled' ELSE 'succeeded' END AS state
FROM born CROSS JOIN others;
CREATE INDEX ON past (number);
INSERT INTO jobs (id, tenant_id, kind, queue, state, priority, input, output, delivery, seq, parent_id, root_id, cost,
    fingerprint, created_at, started_at, finished_at, error)
SELECT job.id, job.tenant_id, job.kind, job.queue, job.state, 5,
    jsonb_build_object('payload', repeat('x', 80), 'number', job.number),
    CASE WHEN job.state = 'succeeded' THEN jsonb_build_object('answer', md5(job.number::text)) END, 1, 4,
    parent.id, coalesce(parent.id, job.id), 0.001, md5(job.number::text) || md5(job.number::text), job.at,
    job.at + interval '50 ms', job.at + interval '1 s' * (1 + job.number %% 7),
    CASE WHEN job.state = 'failed' THEN '{"code": "internal", "message": "broke", "class": "permanent"}'::jsonb END
FROM past AS job LEFT JOIN past AS parent ON parent.number = job.parent ORDER BY job.number;
INSERT INTO events (job_id, seq, tenant_id, type, at, data)
SELECT id, seq, tenant_id, type, at + interval '1 s' * seq, '{}' FROM past CROSS JOIN LATERAL (
    VALUES (1, 'job.queued'), (2, 'job.started'), (3, 'job.progress'), (4, 'job.' || state)
) AS told(seq, type) ORDER BY number, seq;
INSERT INTO steps (job_id, ordinal, name, type, state, result, delivery, started_at, finished_at)
SELECT id, 1, 'render', 'step', 'done', '{"value": 1}', 1, at, at + interval '1 s' FROM past WHERE number %% 2 = 0;
INSERT INTO assets (id, tenant_id, sha256, media_type, bytes, created_at, kept_at)
SELECT id, tenant_id, md5(number::text) || md5(number::text), 'image/png', 1000, at, at FROM past WHERE number %% 5 = 0;
INSERT INTO job_assets (job_id, asset_id, role) SELECT id, id, 'output' FROM past WHERE number %% 5 = 0;
INSERT INTO reuse (tenant_id, fingerprint, job_id)
SELECT tenant_id, md5(number::text) || md5(number::text), id FROM past WHERE state = 'succeeded';
INSERT INTO flights (tenant_id, fingerprint, leader_id)
SELECT tenant_id, md5(number::text) || md5(number::text), id FROM past WHERE number %% 2 = 0;
INSERT INTO idempotency (tenant_id, key, body_hash, job_id)
SELECT tenant_id, 'past ' || number, md5(number::text), id FROM past WHERE number %% 3 = 0;
"""


def give_past(database_url: str, tenant_id: UUID, jobs: int) -> None:
    """Put ``jobs`` finished jobs into a database, half of them the tenant's, with what jobs leave behind.

    That is four events each, and a share of steps,
    assets, fingerprints and keys; then let the planner know, as autovacuum would.
    """
    with psycopg.connect(database_url, autocommit=True) as connection:
        given: dict[str, Any] = {"tenant": tenant_id, "total": jobs, "days": DAYS, "others": OTHERS}
        connection.execute(_TENANTS, given)
        # Nothing here can point to what is not there, so the checks of foreign keys are left out: they take half of it.
        connection.execute("SET session_replication_role = replica")
        for first in range(0, jobs, BATCH):
            with connection.transaction():
                for statement in _JOBS.split(";\n"):
                    if statement.strip():
                        connection.execute(statement, {**given, "first": first, "last": min(jobs, first + BATCH) - 1})
        connection.execute("VACUUM ANALYZE")
