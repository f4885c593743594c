"""The statements of the dispatcher, as SQL, since that is what they are about."""

from __future__ import annotations

from sqlalchemy import text

_WORKERS = """
SELECT workers.id, workers.queues, workers.slots, workers.cohort, count(leases.job_id) AS busy
FROM workers LEFT JOIN leases ON leases.worker_id = workers.id
WHERE NOT workers.draining AND workers.seen_at > now() - make_interval(secs => :lease_s)
GROUP BY workers.id
"""

WORKERS = text(f"SELECT to_jsonb(found) AS worker FROM ({_WORKERS}) AS found")  # noqa: S608  # a constant of this file

LOOK = text(f"""
WITH RECURSIVE found AS (
    (SELECT queue FROM lines ORDER BY queue LIMIT 1)
    UNION ALL
    SELECT (SELECT queue FROM lines WHERE queue > found.queue ORDER BY queue LIMIT 1)
    FROM found WHERE found.queue IS NOT NULL
), ready AS MATERIALIZED (
    SELECT found.queue FROM found LEFT JOIN queues ON queues.name = found.queue
    WHERE found.queue IS NOT NULL AND NOT coalesce(queues.paused, false)
)
SELECT array(SELECT queue FROM ready) AS ready,
    (SELECT jsonb_agg(one) FROM ({_WORKERS}) AS one WHERE EXISTS (SELECT 1 FROM ready)) AS workers,
    (SELECT jsonb_object_agg(queue, jobs) FROM (
        SELECT queue, jsonb_build_array(count(*) FILTER (WHERE worker_id IS NULL), count(*)) AS jobs
        FROM leases GROUP BY queue
    ) AS handed_over WHERE EXISTS (SELECT 1 FROM ready)) AS outstanding
""")  # noqa: S608  # as above
"""Queues with a line, found by jumping along the index instead of counting; if there are any, who could do their jobs
and how many are handed over already: those that nobody claimed yet, and all."""

RUNNING_BY_KIND = text("SELECT kind, count(*) AS jobs FROM leases WHERE queue = :queue GROUP BY kind")

LOCK = text("SELECT pg_try_advisory_xact_lock(:key, hashtext(:queue))")

TURNS = text("""
SELECT coalesce(queues.turns, '{}') AS turns, coalesce(queues.paused, false) AS paused
FROM (SELECT 1) AS always LEFT JOIN queues ON queues.name = :queue
""")

KEEP_TURNS = text("""
INSERT INTO queues (name, turns) VALUES (:queue, CAST(:turns AS jsonb))
ON CONFLICT (name) DO UPDATE SET turns = excluded.turns
""")

_BY_LEVEL = """
WITH RECURSIVE owners AS (
    (SELECT tenant_id FROM lines WHERE queue = :queue ORDER BY tenant_id LIMIT 1)
    UNION ALL
    SELECT (SELECT tenant_id FROM lines WHERE queue = :queue AND tenant_id > owners.tenant_id
            ORDER BY tenant_id LIMIT 1)
    FROM owners WHERE owners.tenant_id IS NOT NULL
), levels AS (
    SELECT owners.tenant_id, first.rank, first.priority FROM owners
    CROSS JOIN LATERAL (
        SELECT rank, priority FROM lines
        WHERE lines.queue = :queue AND lines.tenant_id = owners.tenant_id ORDER BY rank, priority LIMIT 1
    ) first
    UNION ALL
    SELECT levels.tenant_id, next.rank, next.priority FROM levels
    CROSS JOIN LATERAL (
        SELECT rank, priority FROM lines
        WHERE lines.queue = :queue AND lines.tenant_id = levels.tenant_id
          AND (lines.rank, lines.priority) > (levels.rank, levels.priority)
        ORDER BY rank, priority LIMIT 1
    ) next
)
SELECT levels.tenant_id, tenants.weight, tenants.max_running, head.*, levels.rank, levels.priority
FROM levels
JOIN tenants ON tenants.id = levels.tenant_id
CROSS JOIN LATERAL (
    SELECT job_id, kind, generation{columns} FROM lines
    WHERE lines.queue = :queue AND lines.tenant_id = levels.tenant_id AND lines.rank = levels.rank
      AND lines.priority = levels.priority AND lines.run_at <= now()
      AND lines.kind <> ALL(CAST(:full_kinds AS text[])){condition}
      AND (CAST(:served AS text[]) IS NULL
           OR lines.kind || coalesce('@' || lines.generation, '') = ANY(CAST(:served AS text[])))
    ORDER BY job_id
    LIMIT :slots
) head
"""

_CANDIDATES = _BY_LEVEL.format(columns="", condition="")

CANDIDATES = text(_CANDIDATES)
"""The oldest jobs of each rank and priority that a tenant has in line, each found by one look along the index.

Whatever age does to the order between priorities, within one it is the order of age already, so the next jobs of a
tenant are among these."""

_PROVIDER = """coalesce(lines.provider, (SELECT provider FROM jobs WHERE jobs.id = lines.job_id))"""

_IS_BOUGHT = """(lines.rank = 0 AND EXISTS (
    SELECT 1 FROM predictions WHERE predictions.job_id = lines.job_id AND predictions.vendor_id IS NOT NULL))"""

LIMITED_CANDIDATES = text(
    _BY_LEVEL.format(
        columns=f", {_PROVIDER} AS provider, {_IS_BOUGHT} AS is_bought",
        condition=f"\n      AND ({_PROVIDER} <> ALL(CAST(:full_providers AS text[])) OR {_IS_BOUGHT})",
    )
)
"""The same where providers have limits: a job of a full one is among them only if its prediction is bought already."""

KEEP_QUOTA = text("""
INSERT INTO quotas (provider, tokens, at, turns) VALUES (:provider, :tokens, :at, CAST(:turns AS jsonb))
ON CONFLICT (provider) DO UPDATE SET tokens = excluded.tokens, at = excluded.at, turns = excluded.turns
""")

CHOICE = text(f"""
SELECT coalesce(queues.turns, '{{}}') AS turns, CAST(queues.xmin AS text) AS version, found.*
FROM (SELECT 1) AS always
LEFT JOIN queues ON queues.name = :queue
LEFT JOIN ({_CANDIDATES}) AS found ON NOT coalesce(queues.paused, false)
""")  # noqa: S608  # as above
"""The candidates with the turns; a row holds one, or none. ``version`` is another one after every change of the
queue's row."""

LOCK_NAMES = text("""
SELECT pg_advisory_xact_lock(:key, number)
FROM (SELECT DISTINCT hashtext(name) AS number FROM unnest(CAST(:names AS text[])) AS name ORDER BY number) AS ordered
""")
"""In the order of their numbers, so that two dispatchers cannot wait for each other."""

RUNNING_BY_TENANT = text("""
SELECT tenant_id, count(*) AS jobs FROM leases WHERE tenant_id = ANY(CAST(:ids AS uuid[])) GROUP BY tenant_id
""")

_MOVE = """\
unlined AS (
    DELETE FROM lines USING held WHERE lines.job_id = held.id
    RETURNING lines.job_id, lines.queue, lines.tenant_id, lines.kind, lines.provider
), moved AS (
    UPDATE jobs SET delivery = delivery + 1 FROM unlined WHERE jobs.id = unlined.job_id
    RETURNING jobs.id, jobs.delivery, jobs.traceparent
), leased AS (
    INSERT INTO leases (job_id, queue, tenant_id, kind, delivery, provider)
    SELECT unlined.job_id, unlined.queue, unlined.tenant_id, unlined.kind, moved.delivery, unlined.provider
    FROM unlined JOIN moved ON moved.id = unlined.job_id
    ON CONFLICT (job_id) DO UPDATE
    SET delivery = excluded.delivery, worker_id = NULL, published_at = now(), claimed_at = NULL
)
"""

HAND_OVER = text(f"""
WITH held AS (
    SELECT id FROM jobs WHERE id = ANY(:ids) AND state = 'queued' ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
), {_MOVE}SELECT id, delivery, traceparent FROM moved
""")  # noqa: S608  # as above
"""The job is locked before its line, as by everything that moves a job."""

GIVE = text(f"""
WITH kept AS (
    UPDATE queues SET turns = CAST(:turns AS jsonb)
    WHERE name = :queue AND xmin = CAST(:version AS xid) AND NOT paused
    RETURNING name
), held AS (
    SELECT id FROM jobs WHERE id = ANY(:ids) AND state = 'queued' AND EXISTS (SELECT 1 FROM kept)
    ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
), {_MOVE}SELECT id, delivery, traceparent FROM moved
""")  # noqa: S608  # as above
"""Hand over what was chosen, if the queue's row is still as it was then; a rival that was quicker has changed it."""

ALL_AT_ONCE = text(f"""
WITH mine AS MATERIALIZED (
    SELECT pg_try_advisory_xact_lock(:key, hashtext(:queue)) AS is_mine
), waiting AS MATERIALIZED (
    SELECT job_id, tenant_id, kind, generation, rank, priority, run_at FROM lines
    WHERE queue = :queue AND (SELECT is_mine FROM mine) LIMIT :slots + 1
), fits AS MATERIALIZED (
    SELECT (SELECT count(*) FROM waiting) <= :slots
        AND NOT EXISTS (SELECT 1 FROM queues WHERE name = :queue AND paused)
        AND NOT EXISTS (SELECT 1 FROM tenants WHERE max_running IS NOT NULL
                        AND id IN (SELECT tenant_id FROM waiting))
        AND NOT EXISTS (SELECT 1 FROM waiting WHERE CAST(:served AS text[]) IS NOT NULL
                        AND kind || coalesce('@' || generation, '') <> ALL(CAST(:served AS text[]))) AS all_do
), held AS (
    SELECT jobs.id, jobs.queue, jobs.tenant_id, jobs.kind FROM jobs
    WHERE id IN (SELECT job_id FROM waiting WHERE run_at <= now()) AND state = 'queued'
      AND (SELECT all_do FROM fits)
    ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
), {_MOVE}SELECT fits.all_do, moved.id, moved.delivery, moved.traceparent, waiting.tenant_id, waiting.kind,
    waiting.rank, waiting.priority, tenants.weight, coalesce(queues.turns, '{{}}') AS turns
FROM fits LEFT JOIN moved ON true
LEFT JOIN waiting ON waiting.job_id = moved.id
LEFT JOIN tenants ON tenants.id = waiting.tenant_id
LEFT JOIN queues ON queues.name = :queue
""")  # noqa: S608  # as above
"""Hand over a whole line, if there is room for all of it and nobody has a limit: then there is nothing to choose.

``all_do`` tells whether that was so; a row holds a job, or none. The lock is taken within the statement, which sees the
line as it was just before: what a rival handed over meanwhile is no longer there to be deleted, and so is not moved."""
