"""The statements of the sweep."""

from __future__ import annotations

from sqlalchemy import text

_DEAD = """
    workers.seen_at < now() - make_interval(secs => :lease_s)
    OR (:by_session
        AND (workers.seen_at > pg_postmaster_start_time() OR now() - pg_postmaster_start_time() > interval '15 s')
        AND now() - workers.started_at > interval '1 s'
        AND NOT EXISTS (
            SELECT 1 FROM pg_locks
            WHERE locktype = 'advisory' AND granted AND objsubid = 2
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND classid = :lock_class AND objid = workers.number))
"""
# After a restart of Postgres every session is gone and no worker is dead: they get the time to come back. One that was
# seen since has its session again, and dies by it.

_NOBODYS = """
    leases.worker_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM workers WHERE workers.id = leases.worker_id)
"""

_LEASE = """leases.job_id, leases.delivery, leases.queue, leases.kind, leases.claimed_at, jobs.crashes, jobs.state,
    jobs.delivery AS current, jobs.traceparent"""

ANYTHING_DUE = text(f"""
SELECT EXISTS (SELECT 1 FROM workers WHERE {_DEAD}) AS dead_workers,
       EXISTS (SELECT 1 FROM leases WHERE {_NOBODYS}) AS nobodys,
       EXISTS (SELECT 1 FROM leases WHERE worker_id IS NOT NULL) AS held,
       EXISTS (SELECT 1 FROM waits WHERE wake_at <= now()) AS timers,
       EXISTS (SELECT 1 FROM deadlines WHERE at <= now()) AS deadlines,
       EXISTS (SELECT 1 FROM waits WHERE fingerprint IS NOT NULL) AS followers,
       EXISTS (SELECT 1 FROM leases WHERE worker_id IS NULL
               AND published_at < now() - make_interval(secs => :claim_timeout_s)) AS unclaimed
""")  # noqa: S608  # both parts are constants of this file

DEAD_WORKERS = text(f"SELECT id, host, pid, draining FROM workers WHERE {_DEAD}")  # noqa: S608  # as above

LEASES_OF = text(f"""
SELECT {_LEASE}
FROM leases JOIN jobs ON jobs.id = leases.job_id WHERE leases.worker_id = :worker_id
""")  # noqa: S608  # as above

LEASES_OF_NOBODY = text(f"""
SELECT {_LEASE}
FROM leases JOIN jobs ON jobs.id = leases.job_id WHERE {_NOBODYS}
""")  # noqa: S608  # as above
"""Claimed in the moment in which their worker was buried, so that nobody looked for them there."""

BURY = text("DELETE FROM workers WHERE id = :worker_id")

DUE_DEADLINES = text("DELETE FROM deadlines WHERE at <= now() RETURNING job_id")

PUBLISH_AGAIN = text("""
WITH stale AS (
    SELECT job_id, delivery FROM leases
    WHERE worker_id IS NULL AND queue = ANY(:queues)
      AND published_at < now() - make_interval(secs => :claim_timeout_s)
    ORDER BY published_at LIMIT 500
), held AS (
    SELECT jobs.id FROM jobs JOIN stale ON stale.job_id = jobs.id AND stale.delivery = jobs.delivery
    WHERE jobs.state = 'queued' FOR NO KEY UPDATE OF jobs SKIP LOCKED
), moved AS (
    UPDATE jobs SET delivery = delivery + 1 FROM held WHERE jobs.id = held.id
    RETURNING jobs.id, jobs.delivery, jobs.queue, jobs.kind, jobs.generation, jobs.traceparent
), bumped AS (
    UPDATE leases SET delivery = moved.delivery, published_at = now()
    FROM moved WHERE leases.job_id = moved.id AND leases.worker_id IS NULL
)
SELECT id, delivery, queue, kind, generation, traceparent FROM moved
""")
"""The next delivery number makes the lost message, should it appear after all, a stale one."""
