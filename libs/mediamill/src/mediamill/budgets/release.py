"""Releasing: what a job reserved and does not need any more is free again.

No transition does it, so that a job's end costs the same with money and without. Whether a job needs its reservation is
read from the job: so whatever ended it, and whoever died then, nothing stays reserved.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, text

from mediamill.budgets.accounts import FINAL, HELD, THIS_MONTH, WRITE, touched

BATCH = 500

_OPEN = "('intent', 'waiting', 'cancel')"

# A prediction that is under way may still cost what is held for it, also after its job has ended.
_IS_OVER = f"""
    jobs.state IN {FINAL} AND NOT EXISTS (
        SELECT FROM predictions JOIN holds USING (job_id, ordinal, purchase)
        WHERE predictions.job_id = jobs.id AND predictions.state IN {_OPEN})"""  # constants

_ENDED = f"""
SELECT reservations.job_id FROM reservations LEFT JOIN jobs ON jobs.id = reservations.job_id
WHERE (jobs.id IS NULL OR ({_IS_OVER}))"""  # noqa: S608  # as above

ENDED = text(f"{_ENDED} LIMIT {BATCH}")
ENDED_OF = text(f"{_ENDED} AND reservations.tenant_id = :tenant_id")

_TENANTS = text("SELECT DISTINCT tenant_id FROM jobs WHERE id = ANY(:ids)")

_LOCK = text(f"""
WITH facts AS (
    SELECT root_id, key_id, tenant_id, month FROM reservations WHERE job_id = ANY(:ids)
    UNION ALL
    SELECT jobs.root_id, jobs.key_id, jobs.tenant_id, coalesce(reservations.month, {THIS_MONTH})
    FROM jobs LEFT JOIN reservations ON reservations.job_id = jobs.id WHERE jobs.id = ANY(:wanted)
), due AS ({touched("facts", "count(*) AS jobs")})
SELECT count(*) FROM ({HELD}) AS held
""")  # noqa: S608  # as above
"""Accounts come first here, and then only jobs that nobody holds: so it waits for no job while it holds accounts. Those
that whoever asks wants for itself are locked with them, since all that a transaction locks must be in one order."""

_RELEASE = text(f"""
WITH ended AS MATERIALIZED (
    SELECT id FROM jobs WHERE id = ANY(:ids) AND {_IS_OVER} FOR NO KEY UPDATE SKIP LOCKED
), over AS MATERIALIZED (
    SELECT id FROM ended
    UNION ALL SELECT id FROM unnest(CAST(:ids AS uuid[])) AS asked(id) WHERE NOT EXISTS (
        SELECT FROM jobs WHERE jobs.id = asked.id)
), freed AS (
    DELETE FROM reservations USING over WHERE job_id = over.id RETURNING reservations.*
), dropped AS (
    DELETE FROM holds USING over WHERE job_id = over.id
    RETURNING holds.*, EXISTS (
        SELECT FROM steps WHERE steps.job_id = holds.job_id AND steps.ordinal = holds.ordinal
            AND steps.type = 'effect' AND steps.state = 'intent') AS is_owed
), lines AS MATERIALIZED (
    SELECT freed.*, NULL::integer AS ordinal, NULL::smallint AS purchase, 'release' AS type, freed.amount AS moved
    FROM freed WHERE freed.amount > 0
    UNION ALL
    SELECT freed.*, dropped.ordinal, dropped.purchase, CASE WHEN is_owed THEN 'settle' ELSE 'release' END, dropped.price
    FROM dropped JOIN freed USING (job_id)
), due AS MATERIALIZED (
    {touched("lines", "sum(moved) AS amount", "coalesce(sum(moved) FILTER (WHERE type = 'settle'), 0) AS owed")}
), moved AS (
    UPDATE accounts SET reserved = accounts.reserved - due.amount, spent = accounts.spent + due.owed
    FROM due WHERE (accounts.scope, accounts.id, accounts.month) = (due.scope, due.id, due.month)
), billed AS (
    UPDATE jobs SET cost = jobs.cost + owed.amount
    FROM (SELECT job_id, sum(moved) AS amount FROM lines WHERE type = 'settle' GROUP BY 1) AS owed
    WHERE jobs.id = owed.job_id
), written AS (
    INSERT INTO ledger (type, amount, month, tenant_id, key_id, job_id, root_id, ordinal, purchase, kind, provider)
    SELECT type, moved, month, tenant_id, key_id, job_id, root_id, ordinal, purchase, kind, provider FROM lines
)
SELECT count(*) FROM freed
""")  # noqa: S608  # as above
"""An effect that was begun and whose result nobody will ever know is taken as bought: a budget errs on that side."""


def release(connection: Connection, jobs: Sequence[UUID], wanted: Sequence[UUID] = ()) -> int:
    """Free what these jobs reserved, as far as they have ended, and tell how many had.

    ``wanted`` are jobs for which the same transaction reserves afterwards.
    """
    if not jobs:
        return 0
    connection.execute(WRITE)
    connection.execute(_LOCK, {"ids": list(jobs), "wanted": list(wanted)})
    return int(connection.execute(_RELEASE, {"ids": list(jobs)}).scalar_one())


def release_for(connection: Connection, wanted: Sequence[UUID]) -> None:
    """Free what ended jobs have reserved of the tenants of ``wanted``, for which the transaction reserves then."""
    tenants = connection.execute(_TENANTS, {"ids": list(wanted)}).scalars().all()
    ended = [job for tenant_id in tenants for job in connection.execute(ENDED_OF, {"tenant_id": tenant_id}).scalars()]
    release(connection, ended, wanted)
