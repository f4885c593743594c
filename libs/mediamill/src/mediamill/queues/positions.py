"""Places in line: what the database counts, and what the rounds of the dispatcher make of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, TextClause, text

from mediamill.queues.fair import Turns
from mediamill.queues.place import Rounds, Share

MOST_AHEAD = 2000
"""Places are counted so far and no further, so that asking costs the same in any backlog."""

MOST_RIVALS = 200
"""So many other tenants of a queue are looked at; with more in line, a place is told too low rather than slowly."""

MOST_OF_RIVALS = 5_000
"""So many jobs of all of them together are counted, an even share for each; again rather low than slow."""

_FEW = 5
_LATEST = 2**48 - 1


class Place(NamedTuple):
    """How many jobs go before one: of its own tenant, and of all."""

    own: int
    position: int


def _born_ms(job_id: str) -> str:
    return f"(('x' || left(translate(CAST({job_id} AS text), '-', ''), 12))::bit(48)::bigint)"


# One look along the index for each rank and priority that comes before a job; see queues/ageing.py for the order. Rows
# are compared whole, since by its job alone the planner would look through everybody's lines.
_AHEAD_OF_FEW = f"""
SELECT mine.job_id, mine.queue, least(:most, (
    WITH RECURSIVE levels AS (
        (SELECT rank, priority FROM lines WHERE lines.queue = mine.queue AND lines.tenant_id = :tenant_id
         ORDER BY rank, priority LIMIT 1)
        UNION ALL
        SELECT after.rank, after.priority FROM levels CROSS JOIN LATERAL (
            SELECT rank, priority FROM lines WHERE lines.queue = mine.queue AND lines.tenant_id = :tenant_id
              AND (lines.rank, lines.priority) > (levels.rank, levels.priority) AND lines.rank <= mine.rank
            ORDER BY rank, priority LIMIT 1
        ) AS after
    )
    SELECT coalesce(sum(counted.jobs), 0) FROM levels CROSS JOIN LATERAL (
        SELECT CASE
            WHEN levels.rank < mine.rank THEN CAST('ffffffff-ffff-ffff-ffff-ffffffffffff' AS uuid)
            WHEN levels.priority = mine.priority THEN mine.job_id
            ELSE CAST(lpad(to_hex(greatest(0, least({_LATEST}, {_born_ms("mine.job_id")}
                + CAST(mine.priority - levels.priority AS bigint) * :step_ms
                + CASE WHEN levels.priority < mine.priority THEN 1 ELSE 0 END))), 12, '0')
                || repeat('0', 20) AS uuid)
        END AS until
    ) AS bound CROSS JOIN LATERAL (
        SELECT count(*) AS jobs FROM (
            SELECT 1 FROM lines
            WHERE lines.queue = mine.queue AND lines.tenant_id = :tenant_id AND lines.rank = levels.rank
              AND lines.priority = levels.priority AND lines.run_at <= now()
              AND (lines.rank, lines.priority, lines.job_id) < (levels.rank, levels.priority, bound.until)
            ORDER BY lines.rank, lines.priority, lines.job_id LIMIT :most
        ) AS before
    ) AS counted WHERE levels.rank <= mine.rank
)) AS ahead
FROM {{mine}} AS mine
"""  # noqa: S608  # constants of this file

_IN_LINE = """(
    SELECT job_id, queue, rank, priority FROM lines
    WHERE job_id = ANY(:ids) AND tenant_id = :tenant_id AND run_at <= now()
)"""

_NEWCOMER = """(
    SELECT CAST(:job_id AS uuid) AS job_id, CAST(:queue AS text) AS queue, 1 AS rank, 4 AS priority
)"""

# … or one along the whole line for all of them.
_AHEAD_OF_MANY = f"""
SELECT job_id, queue, least(ahead, :most) AS ahead FROM (
    SELECT job_id, queue, row_number() OVER (
        PARTITION BY queue
        ORDER BY rank, {_born_ms("job_id")} + priority * CAST(:step_ms AS bigint), priority, job_id
    ) - 1 AS ahead
    FROM lines
    WHERE tenant_id = :tenant_id AND run_at <= now()
      AND queue IN (SELECT queue FROM lines WHERE job_id = ANY(:ids) AND tenant_id = :tenant_id)
) AS numbered JOIN unnest(CAST(:ids AS uuid[])) AS asked(id) ON asked.id = job_id
"""  # noqa: S608  # constants of this file

_POSITIONS = """
WITH own AS MATERIALIZED ({ahead}), asked AS (
    SELECT queue, max(ahead) AS ahead, (SELECT greatest(1, weight) FROM tenants WHERE id = :tenant_id) AS weight
    FROM own GROUP BY queue
), rivals AS (
    SELECT asked.queue, jsonb_agg(jsonb_build_array(tenants.id, tenants.weight, counted.jobs)) AS shares
    FROM asked CROSS JOIN LATERAL (
        WITH RECURSIVE owners AS (
            (SELECT tenant_id FROM lines WHERE lines.queue = asked.queue ORDER BY tenant_id LIMIT 1)
            UNION ALL
            SELECT (SELECT tenant_id FROM lines WHERE lines.queue = asked.queue
                    AND lines.tenant_id > owners.tenant_id ORDER BY tenant_id LIMIT 1)
            FROM owners WHERE owners.tenant_id IS NOT NULL
        )
        SELECT tenant_id, :total / count(*) OVER () AS most FROM (
            SELECT tenant_id FROM owners WHERE tenant_id <> :tenant_id LIMIT :rivals
        ) AS first
    ) AS rival
    JOIN tenants ON tenants.id = rival.tenant_id
    CROSS JOIN LATERAL (
        SELECT least(:most, rival.most, (asked.ahead / asked.weight + 2) * greatest(1, tenants.weight), CASE
            WHEN max_running IS NOT NULL
            THEN greatest(0, max_running - (SELECT count(*) FROM leases WHERE leases.tenant_id = tenants.id))
        END) AS most
    ) AS bound
    CROSS JOIN LATERAL (
        SELECT count(*) AS jobs FROM (
            SELECT 1 FROM lines
            WHERE lines.queue = asked.queue AND lines.tenant_id = tenants.id AND lines.run_at <= now()
            ORDER BY lines.rank, lines.priority, lines.job_id LIMIT bound.most
        ) AS first
    ) AS counted
    GROUP BY asked.queue
)
SELECT own.job_id, own.queue, own.ahead::int AS ahead, asked.weight,
    CASE WHEN own.nth = 1 THEN rivals.shares END AS shares, CASE WHEN own.nth = 1 THEN queues.turns END AS turns
FROM (SELECT *, row_number() OVER (PARTITION BY queue ORDER BY job_id) AS nth FROM own) AS own
JOIN asked ON asked.queue = own.queue
LEFT JOIN rivals ON rivals.queue = own.queue
LEFT JOIN queues ON queues.name = own.queue
ORDER BY own.queue, own.nth
"""


def _statement(ahead: str) -> TextClause:
    return text(_POSITIONS.format(ahead=ahead)).bindparams(most=MOST_AHEAD, rivals=MOST_RIVALS, total=MOST_OF_RIVALS)


_OF_FEW = _statement(_AHEAD_OF_FEW.format(mine=_IN_LINE))
_OF_MANY = _statement(_AHEAD_OF_MANY)
_OF_A_NEWCOMER = _statement(_AHEAD_OF_FEW.format(mine=_NEWCOMER))


def positions(how_many: int) -> TextClause:
    """Count what is needed to tell the places of ``:ids`` of ``:tenant_id`` that are in line and due.

    Needs ``:step_ms`` too; of each line no more than ``MOST_AHEAD`` jobs are counted. Read it with ``places``.
    """
    return _OF_FEW if how_many <= _FEW else _OF_MANY


def position_of_a_newcomer() -> TextClause:
    """Count the same for a job that ``:tenant_id`` would post to ``:queue`` now, under a fresh ``:job_id``."""
    return _OF_A_NEWCOMER


def places(tenant_id: UUID, rows: Iterable[Row[Any]]) -> dict[UUID, Place]:
    """Tell the place of each job that was counted, by the rounds that the dispatcher will make.

    Limits of the tenant itself and of kinds are left out, and so is whoever comes later.
    """
    found: dict[UUID, Place] = {}
    rounds: dict[str, Rounds] = {}
    for row in rows:
        if row.queue not in rounds:
            rounds[row.queue] = Rounds(tenant_id, _shares(tenant_id, row), Turns.model_validate(row.turns or {}))
        found[row.job_id] = Place(row.ahead, rounds[row.queue].place(row.ahead))
    return found


def _shares(tenant_id: UUID, row: Row[Any]) -> Mapping[UUID, Share]:
    others = {UUID(owner): Share(weight, jobs) for owner, weight, jobs in row.shares or []}
    return {**others, tenant_id: Share(row.weight, row.ahead + 1)}
