"""How far jobs are, for those who ask every other second: who asks while a look is under way goes with the next one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import TextClause, text

from gateway.group import Group
from mediamill.db.direct_async import Unsure
from mediamill.db.prepared import Prepared
from mediamill.db.session import Database
from mediamill.errors import NotFound, Unavailable

_STATEMENT: TextClause = text("""
SELECT jobs.id, jobs.tenant_id, jobs.kind, jobs.state, jobs.started_at IS NOT NULL AS has_begun, jobs.progress,
    jobs.error, jobs.output, CASE WHEN jobs.progress IS NULL THEN jobs.input END AS input, coalesce((
        SELECT jsonb_object_agg(each.kind, jsonb_build_array(each.succeeded, each.begun)) FROM (
            SELECT kind, count(*) FILTER (WHERE state = 'succeeded') AS succeeded, count(*) AS begun
            FROM jobs AS children
            WHERE parent_id = jobs.id AND jobs.state IN ('queued', 'running', 'waiting') GROUP BY kind
        ) AS each
    ), '{}') AS children
FROM unnest(CAST(:tenants AS uuid[]), CAST(:ids AS uuid[])) AS asked(tenant_id, id)
JOIN jobs ON jobs.id = asked.id AND jobs.tenant_id = asked.tenant_id
""")


APART_S = 0.05
"""Where one look follows another closely, it waits so long for others to come along: nobody who polls can tell."""


class Asked(NamedTuple):
    """Whose job, and which."""

    tenant_id: UUID
    job_id: UUID


class Glimpses:
    """One connection serves all of them, and one statement those who come together. Nothing is remembered."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._group: Group[Asked, Any] = Group(self._look, APART_S)

    async def of(self, tenant_id: UUID, job_id: UUID) -> Any:
        """Give a job's row. Raises ``NotFound``, also for another tenant's job, or ``Unavailable``."""
        row = await self._group.join(Asked(tenant_id, job_id))
        if row is None:
            raise NotFound(f"Job {job_id}.")
        return row

    async def _look(self, asked: Sequence[Asked]) -> list[Any]:
        one_each = list(dict.fromkeys(asked))
        values = {"tenants": [one.tenant_id for one in one_each], "ids": [one.job_id for one in one_each]}
        try:
            rows = await self._database.async_direct.rows(Prepared(_STATEMENT, values))
        except Unsure as error:
            raise Unavailable("The database does not answer.") from error
        found = {Asked(row.tenant_id, row.id): row for row in rows}
        return [found.get(one) for one in asked]
