"""The statement that makes jobs of drafts: each with its first event and its place in line, or not at all.

It is put together of the parts that the drafts at hand need, once for every combination, so that a plain request
pays for a plain insert. What it does not make, ``accept`` looks at: there the reason is found and told.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import TextClause, text

from mediamill.db.prepared import Prepared
from mediamill.jobs import joining
from mediamill.jobs.draft import Draft, Need

_ASKED = """asked AS (
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(
        id uuid, tenant_id uuid, kind text, queue text, priority smallint, input jsonb, parent_id uuid,
        parent_step integer, root_id uuid, provider text, pinned boolean, key_id uuid, max_cost numeric,
        metadata jsonb, cache text, fingerprint text, version integer, run_at timestamptz,
        deadline_s double precision, traceparent text, webhook jsonb, key text, body_hash text, assets uuid[],
        is_paid boolean)
)"""

_UNLIMITED = """NOT EXISTS (
        SELECT 1 FROM tenants
        WHERE tenants.id = asked.tenant_id AND asked.parent_id IS NULL
          AND (tenants.max_queued IS NOT NULL OR tenants.max_monthly IS NOT NULL))"""

_ASSETS_ARE_THERE = """NOT EXISTS (
        SELECT 1 FROM unnest(asked.assets) AS named(id) WHERE NOT EXISTS (
            SELECT 1 FROM assets WHERE assets.id = named.id AND assets.tenant_id = asked.tenant_id))"""

_CLAIMED = """claimed AS (
    INSERT INTO idempotency (tenant_id, key, body_hash, job_id)
    SELECT tenant_id, key, body_hash, id FROM fit WHERE key IS NOT NULL ORDER BY tenant_id, key, id
    ON CONFLICT DO NOTHING
    RETURNING job_id
)"""

_UNCLAIMED_ARE_OUT = "(fit.key IS NULL OR fit.id IN (SELECT job_id FROM claimed))"

# A key that was claimed for a job that is not made would be lost, so who may not be made is out before.
_RESERVES_NOTHING_OR_FOLLOWS = """(
        asked.is_paid IS NOT TRUE OR (asked.cache = 'reuse' AND asked.key IS NULL))"""

_MADE = """made AS (
    INSERT INTO jobs (id, tenant_id, kind, queue, state, priority, input, {columns}seq, parent_id, parent_step,
        root_id, provider, pinned, key_id, max_cost, metadata, cache, fingerprint, version, traceparent, created_at)
    SELECT fit.id, fit.tenant_id, kind, queue, {state}, priority, input, {values}{seq}, parent_id, parent_step,
        root_id, provider, pinned, key_id, max_cost, metadata, cache, fingerprint, version, traceparent, now()
    FROM fit {joins}WHERE {condition}
    ON CONFLICT (id) DO NOTHING
    RETURNING id, tenant_id, kind, queue, priority, state, created_at
)"""

_ALONE = joining.Columns(names="", state="'queued'", values="", seq="1", joins="")

_TOLD = """told AS (
    INSERT INTO events (job_id, seq, tenant_id, type, data)
    SELECT id, 1, made.tenant_id, 'job.queued',
        CASE WHEN asked.run_at IS NULL THEN '{}' ELSE jsonb_build_object('run_at', asked.run_at) END
    FROM made JOIN asked USING (id)
)"""

_IN_LINE = """in_line AS (
    INSERT INTO lines (job_id, queue, tenant_id, kind, priority, run_at, provider)
    SELECT id, made.queue, made.tenant_id, made.kind, 9 - made.priority, coalesce(asked.run_at, now()), asked.provider
    FROM made JOIN asked USING (id) WHERE made.state = 'queued'
)"""

_DATED = """dated AS (
    INSERT INTO deadlines (job_id, at)
    SELECT id, now() + make_interval(secs => asked.deadline_s)
    FROM made JOIN asked USING (id) WHERE made.state <> 'succeeded' AND asked.deadline_s IS NOT NULL
)"""

_HOOKED = """hooked AS (
    INSERT INTO job_webhooks (job_id, url, events, lane, dialect)
    SELECT made.id, hook.url, hook.events, hook.lane, hook.dialect
    FROM made JOIN asked USING (id),
        jsonb_to_record(asked.webhook) AS hook(url text, events text[], lane text, dialect text)
    WHERE asked.webhook IS NOT NULL
)"""

_ANSWER = """
SELECT id, state, created_at, NOT EXISTS (SELECT 1 FROM lines WHERE lines.queue = made.queue) AS is_first FROM made
"""


class _Gate(NamedTuple):
    """Who is let through."""

    fit: str
    """What a draft must fit."""
    pays: bool
    """Whether what must be reserved is, after this statement and in its transaction."""


_OPEN = _Gate(_UNLIMITED, pays=False)
_COUNTED = _Gate("true", pays=True)


def admit(drafts: Sequence[Draft]) -> Prepared:
    """Make jobs of drafts that nothing stands against, of any number of tenants; others are passed over.

    Those are drafts of tenants with a limit, and such as must reserve money: a draft with a price is made only if an
    equal job answers or leads it, and if it has no key. One statement, so it may be a transaction of its own. It may
    be run again: what it made is not made twice. Its rows are ``id``, ``state`` and ``created_at`` of each job that it
    made, and whether its queue's line was empty.
    """
    return _admission(drafts, _OPEN)


def admit_counted(drafts: Sequence[Draft]) -> Prepared:
    """The same where the limits of the tenants were looked at before, and what must be is reserved afterwards."""
    return _admission(drafts, _COUNTED)


def _admission(drafts: Sequence[Draft], gate: _Gate) -> Prepared:
    needs = frozenset[Need]().union(*(one.needs for one in drafts))
    return Prepared(_clause(needs, gate), {"rows": f"[{','.join(one.row for one in drafts)}]"})


@functools.cache
def _clause(needs: frozenset[Need], gate: _Gate) -> TextClause:
    needs_money = Need.MONEY in needs and not gate.pays
    fits = gate.fit if Need.ASSETS not in needs else f"{gate.fit} AND {_ASSETS_ARE_THERE}"
    fits = f"{fits} AND {_RESERVES_NOTHING_OR_FOLLOWS}" if needs_money else fits
    parts = [_ASKED, f"fit AS (SELECT asked.* FROM asked WHERE {fits})"]  # noqa: S608  # constants of this file
    parts += [_CLAIMED] if Need.KEY in needs else []
    condition = _UNCLAIMED_ARE_OUT if Need.KEY in needs else "true"
    if Need.REUSE in needs:
        parts += [*joining.parts(condition, _made, needs_money=needs_money), _IN_LINE]
    else:
        parts += [_made(_ALONE, condition), _TOLD, _IN_LINE]
    parts += [_DATED] if Need.DEADLINE in needs else []
    parts += [_HOOKED] if Need.WEBHOOK in needs else []
    return text(f"WITH {', '.join(parts)} {_ANSWER}")


def _made(columns: joining.Columns, condition: str) -> str:
    return _MADE.format(
        columns=columns.names,
        state=columns.state,
        values=columns.values,
        seq=columns.seq,
        joins=columns.joins,
        condition=condition,
    )
