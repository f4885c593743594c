"""What acceptance does for ``cache: reuse``: a draft is answered, follows an equal job, or leads those that come.

These are parts of the statement of ``admission``, so all of it is decided for all drafts at once, with one commit. Who
is first is decided by a row of ``flights``: its lock makes racing acceptances of equal work go one after the other, and
``coalesce`` takes it before it looks who follows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Columns(NamedTuple):
    """How jobs are made in the one case or the other; each is a piece of SQL."""

    names: str
    state: str
    values: str
    seq: str
    joins: str


_FINAL = "('succeeded', 'failed', 'canceled')"

_KNOWN = """known AS (
    SELECT fit.id, jobs.id AS from_id, jobs.output
    FROM fit
    JOIN reuse ON fit.cache = 'reuse' AND reuse.tenant_id = fit.tenant_id AND reuse.fingerprint = fit.fingerprint
    JOIN jobs ON jobs.id = reuse.job_id
)"""

# A leader that this statement cannot see yet was accepted a moment ago, so only one that is seen to have ended is
# replaced. One that has ended since is followed all the same, and ``coalesce`` goes on from there.
_HAS_ENDED = f"EXISTS (SELECT FROM jobs WHERE jobs.id = flights.leader_id AND jobs.state IN {_FINAL})"  # a constant

# A job that may begin earlier than its leader would wait for a time that nobody gave it: then it leads.
_LEADERS = """leaders AS (
    INSERT INTO flights (tenant_id, fingerprint, leader_id, leads_at)
    SELECT DISTINCT ON (tenant_id, fingerprint) tenant_id, fingerprint, id, CASE WHEN run_at > now() THEN run_at END
    FROM fit LEFT JOIN known USING (id)
    WHERE fit.cache = 'reuse' AND known.id IS NULL AND {condition}
    ORDER BY tenant_id, fingerprint, greatest(run_at, now()), id
    ON CONFLICT (tenant_id, fingerprint) DO UPDATE SET leader_id = excluded.leader_id, leads_at = excluded.leads_at
    WHERE {has_ended} OR flights.leads_at > greatest(now(), excluded.leads_at)
    RETURNING leader_id
)"""

_RESERVES_NOTHING = "fit.is_paid IS NOT TRUE"

# What would have to reserve money may join those who do not lead: they reserve nothing.
_JOINERS = """joiners AS (
    SELECT fit.id FROM fit JOIN flights USING (tenant_id, fingerprint)
    WHERE fit.cache = 'reuse' AND fit.is_paid AND {condition} AND NOT {has_ended}
      AND coalesce(flights.leads_at <= greatest(now(), fit.run_at), true)
    ORDER BY tenant_id, fingerprint FOR SHARE OF flights
)"""

_JOINS_OR_IS_ANSWERED = "fit.id IN (SELECT id FROM joiners UNION ALL SELECT id FROM known)"

_COLUMNS = Columns(
    names="output, started_at, finished_at, ",
    state="CASE WHEN known.id IS NOT NULL THEN 'succeeded' WHEN fit.cache = 'reuse' AND leaders.leader_id IS NULL "
    "THEN 'waiting' ELSE 'queued' END",
    values="known.output, CASE WHEN known.id IS NULL THEN NULL ELSE now() END, "
    "CASE WHEN known.id IS NULL THEN NULL ELSE now() END, ",
    seq="CASE WHEN known.id IS NULL AND (fit.cache <> 'reuse' OR leaders.leader_id IS NOT NULL) THEN 1 ELSE 2 END",
    joins="LEFT JOIN known USING (id) LEFT JOIN leaders ON leaders.leader_id = fit.id ",
)

# One insert, as the order in which several of one statement draw their events' numbers is nobody's promise.
_TOLD = """told AS (
    INSERT INTO events (job_id, seq, tenant_id, type, data)
    SELECT made.id, news.seq, made.tenant_id, news.type, news.data
    FROM made JOIN asked USING (id) LEFT JOIN known USING (id) CROSS JOIN LATERAL (VALUES
        (1, 'queued', 'job.queued', CASE WHEN asked.run_at IS NULL THEN '{}'
            ELSE jsonb_build_object('run_at', asked.run_at) END),
        (2, 'waiting', 'job.waiting', jsonb_build_object('reason', 'coalesced')),
        (2, 'succeeded', 'job.succeeded', jsonb_build_object('reused_from', known.from_id))
    ) AS news(seq, state, type, data)
    WHERE news.state IN ('queued', made.state)
    ORDER BY made.id, news.seq
)"""

_KEPT = """kept AS (
    INSERT INTO job_assets (job_id, asset_id, role)
    SELECT made.id, job_assets.asset_id, job_assets.role
    FROM made JOIN known USING (id) JOIN job_assets ON job_assets.job_id = known.from_id
)"""

_FOLLOWERS = """followers AS (
    INSERT INTO waits (job_id, reason, ordinal, tenant_id, fingerprint, run_at)
    SELECT made.id, 'coalesced', 0, asked.tenant_id, asked.fingerprint, asked.run_at
    FROM made JOIN asked USING (id) WHERE made.state = 'waiting'
)"""


def parts(condition: str, made: Callable[[Columns, str], str], *, needs_money: bool) -> list[str]:
    """Give the parts of the statement that make jobs where some are asked for with ``cache: reuse``.

    ``condition`` tells who may be made at all. With ``needs_money`` there are drafts whose money nobody reserves.
    """
    leads = f"{condition} AND {_RESERVES_NOTHING}" if needs_money else condition
    found = [_KNOWN, _LEADERS.format(condition=leads, has_ended=_HAS_ENDED)]
    if needs_money:
        found.append(_JOINERS.format(condition=condition, has_ended=_HAS_ENDED))
        condition = f"{condition} AND ({_RESERVES_NOTHING} OR {_JOINS_OR_IS_ANSWERED})"
    return [*found, made(_COLUMNS, condition), _TOLD, _KEPT, _FOLLOWERS]
