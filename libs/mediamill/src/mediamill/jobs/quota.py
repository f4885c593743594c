"""What a tenant's limits allow: jobs in line, and jobs in a month.

Both are looked at in the transaction that makes the jobs, and requests of one limited tenant take turns there, so that
two never share the last place. Tenants without a limit never come here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Row, func, or_, select, text
from sqlalchemy.sql.elements import ColumnElement

from mediamill.errors import OverQuota
from mediamill.jobs.draft import Draft
from mediamill.jobs.model import Job, Line
from mediamill.tenants.model import Tenant

_LOCK = 0x71756F74

_MONTH = text("""
SELECT month::date AS month, (month + interval '1 month') AT TIME ZONE 'UTC' AS ends_at,
    extract(epoch FROM (month + interval '1 month') AT TIME ZONE 'UTC' - now())::float AS left_s
FROM date_trunc('month', now() AT TIME ZONE 'UTC') AS month
""")

_COUNT = text("""
UPDATE monthly_jobs SET jobs = jobs + :jobs WHERE tenant_id = :tenant_id AND month = :month RETURNING jobs
""")

# The first of a month, or the first since there is a limit: what was made before counts, and what was just made.
# Ids begin with the milliseconds of their birth, so an index gives those of a month.
_BEGIN = text("""
INSERT INTO monthly_jobs (tenant_id, month, jobs)
SELECT :tenant_id, :month, count(*) FROM jobs
WHERE tenant_id = :tenant_id AND parent_id IS NULL AND id >= CAST(lpad(to_hex(
    (extract(epoch FROM CAST(:month AS date) AT TIME ZONE 'UTC') * 1000)::bigint), 12, '0') || repeat('0', 20) AS uuid)
RETURNING jobs
""")


class Monthly:
    """The drafts of tenants with a limit of jobs a month; they count when they have become jobs."""

    def __init__(self, limits: dict[UUID, int], drafts: Sequence[Draft]) -> None:
        self._limits = limits
        self._drafts = drafts

    def count(self, connection: Connection, made: Collection[UUID]) -> None:
        """Count those that were made, once, with what makes them. Raises ``OverQuota``, which undoes them."""
        for tenant_id, most in sorted(self._limits.items()):
            ours = [one for one in self._drafts if one.request.tenant_id == tenant_id and one.job_id in made]
            if ours:
                _count(connection, tenant_id, most, len(ours))


def check_quota(connection: Connection, drafts: Sequence[Draft]) -> Monthly:
    """Look whether there are places in line, and give what must be counted once the jobs are made.

    Raises ``OverQuota``.
    """
    wanted = [one for one in drafts if one.request.parent_id is None]
    limited = _limited(connection, wanted)
    for row in limited:
        connection.execute(select(func.pg_advisory_xact_lock(_tenant_lock(row.id))))
        if row.max_queued is not None:
            ours = [one for one in wanted if one.request.tenant_id == row.id]
            _check_line(connection, row.id, row.max_queued, ours)
    return Monthly({row.id: row.max_monthly for row in limited if row.max_monthly is not None}, wanted)


def _limited(connection: Connection, drafts: Sequence[Draft]) -> Sequence[Row[UUID, int | None, int | None]]:
    if not (tenants := {one.request.tenant_id for one in drafts}):
        return []
    limited = select(Tenant.id, Tenant.max_queued, Tenant.max_monthly).where(
        Tenant.id.in_(tenants), or_(Tenant.max_queued.is_not(None), Tenant.max_monthly.is_not(None))
    )
    return connection.execute(limited.order_by(Tenant.id)).all()


def _check_line(connection: Connection, tenant_id: UUID, most: int, ours: Sequence[Draft]) -> None:
    in_line = select(Line.job_id).where(Line.tenant_id == tenant_id).limit(most + 1).subquery()
    queued = connection.execute(select(func.count()).select_from(in_line)).scalar_one()
    if queued + len(ours) > most and not _are_there(connection, ours):
        raise OverQuota(f"{queued} of {most} jobs are in line already.")


def _count(connection: Connection, tenant_id: UUID, most: int, jobs: int) -> None:
    now = connection.execute(_MONTH).one()
    given = {"tenant_id": tenant_id, "month": now.month}
    counted = connection.execute(_COUNT, {**given, "jobs": jobs}).scalar()
    if counted is None:
        counted = connection.execute(_BEGIN, given).scalar_one()
    if counted > most:
        raise _spent(most, counted - jobs, now.ends_at, now.left_s)


def _spent(most: int, used: int, ends_at: datetime, left_s: float) -> OverQuota:
    error = OverQuota(f"{used} of this month's {most} jobs are used; it begins anew on {ends_at:%Y-%m-%d}, 00:00 UTC.")
    error.retry_after_s = left_s
    error.facts = {"limit": most, "used": used, "resets_at": f"{ends_at:%Y-%m-%dT00:00:00Z}"}
    return error


def _tenant_lock(tenant_id: UUID) -> ColumnElement[int]:
    return func.hashtextextended(str(tenant_id), _LOCK)


def _are_there(connection: Connection, drafts: Sequence[Draft]) -> bool:
    """Tell whether an earlier try accepted these."""
    ids = [one.job_id for one in drafts]
    there = select(func.count()).select_from(Job).where(Job.id.in_(ids))
    return bool(connection.execute(there).scalar_one() == len(ids))
