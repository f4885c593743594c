"""Jobs that nothing will ever move: their state says one thing, and the narrow table that goes with it has no row.

No statement of ours leaves a job so. A table that was restored alone, a row that somebody deleted by hand, or a fault
of ours would. `mill doctor` finds them, and what cures them is harmless to a job that is well.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, text

from mediamill.jobs import transition
from mediamill.jobs.model import Job


class Plight(StrEnum):
    """Why nothing moves a job."""

    UNLINED = "queued, and in no line"
    UNHELD = "running, and nobody's"
    UNAWAITED = "waiting, and for nothing"
    UNTOLD = "waiting for children that have ended"


class Stranded(NamedTuple):
    """A job that nothing moves."""

    job_id: UUID
    kind: str
    delivery: int
    plight: Plight


_FIND = text("""
SELECT job_id, kind, delivery, plight FROM (
    SELECT jobs.id AS job_id, jobs.kind, jobs.delivery, jobs.seq, CASE
        WHEN jobs.state = 'queued' AND lines.job_id IS NULL AND leases.job_id IS NULL THEN 'queued, and in no line'
        WHEN jobs.state = 'running' AND leases.job_id IS NULL THEN 'running, and nobody''s'
        WHEN jobs.state = 'waiting' AND waits.job_id IS NULL THEN 'waiting, and for nothing'
        WHEN jobs.state = 'waiting' AND waits.reason = 'children' AND NOT EXISTS (
            SELECT 1 FROM jobs AS child WHERE child.parent_id = jobs.id AND child.parent_step = waits.ordinal
              AND child.state NOT IN ('succeeded', 'failed', 'canceled')) THEN 'waiting for children that have ended'
    END AS plight
    FROM jobs
    LEFT JOIN lines ON lines.job_id = jobs.id
    LEFT JOIN leases ON leases.job_id = jobs.id
    LEFT JOIN waits ON waits.job_id = jobs.id
    WHERE jobs.state IN ('queued', 'running', 'waiting')
) AS found
WHERE plight IS NOT NULL
  AND (SELECT at FROM events WHERE events.job_id = found.job_id AND events.seq = found.seq)
      < now() - make_interval(secs => :for_s)
ORDER BY job_id LIMIT :most
""")

_LINE_UP = text("""
INSERT INTO lines (job_id, queue, tenant_id, kind, rank, priority, run_at, generation, provider)
SELECT id, queue, tenant_id, kind, 0, 9 - priority, now(), generation, provider FROM jobs
WHERE id = :job_id AND state = 'queued' AND NOT EXISTS (SELECT 1 FROM leases WHERE leases.job_id = jobs.id)
FOR NO KEY UPDATE
ON CONFLICT (job_id) DO NOTHING
RETURNING job_id
""")


def find_stranded(connection: Connection, for_s: float, most: int) -> list[Stranded]:
    """Give up to ``most`` jobs that have been stranded for so many seconds; it looks at every job."""
    rows = connection.execute(_FIND, {"for_s": for_s, "most": most})
    return [Stranded(row.job_id, row.kind, row.delivery, Plight(row.plight)) for row in rows]


def set_afloat(connection: Connection, stranded: Sequence[Stranded]) -> int:
    """Put jobs where their state says they are, or back in line, and tell how many that helped.

    A run that goes on somewhere after all is fenced out by it and loses nothing: its finished steps are recorded.
    """
    return sum(_set_afloat(connection, one) for one in stranded)


def _set_afloat(connection: Connection, one: Stranded) -> bool:
    match one.plight:
        case Plight.UNLINED:
            cured = connection.execute(_LINE_UP, {"job_id": one.job_id})
        case Plight.UNHELD:
            cured = connection.execute(*transition.hand_back(one.job_id, one.delivery, "doctor"))
        case _:
            cured = connection.execute(*transition.wake(Job.id == one.job_id))
    return cured.first() is not None
