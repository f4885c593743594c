"""Coalescing: equal work that is asked for while it is under way is done once, for all who asked.

Who was first leads: an ordinary job. The others follow: they wait, hold no place in line, and end with its answer. That
is a step of its own after the leader's end, and derived from what is there, so nothing is stuck whoever dies where: an
answer that is known goes to all who follow; a flight whose leader has ended without one gets the next leader from among
its followers. Whoever ends a leader takes this step at once, the sweep takes it wherever it is due.

Locks go flight, followers, their parents, accounts. Nobody who holds a job waits for a flight but a leader's own end.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    func,
    insert,
    literal,
    null,
    select,
    text,
)
from sqlalchemy.orm import aliased

from mediamill.assets.model import JobAsset
from mediamill.budgets.share import charge
from mediamill.db.prepared import Prepared, prepared
from mediamill.db.session import Database
from mediamill.jobs import transition
from mediamill.jobs.ended import end
from mediamill.jobs.model import Job, Wait
from mediamill.jobs.states import SHARE, WAKE

BATCH = 500

_FINAL = "('succeeded', 'failed', 'canceled')"

# One that is itself a follower leads nobody, whatever came to pass.
_IS_LED = f"""EXISTS (
    SELECT FROM flights JOIN jobs ON jobs.id = flights.leader_id
    WHERE flights.tenant_id = flight.tenant_id AND flights.fingerprint = flight.fingerprint
      AND jobs.state NOT IN {_FINAL}
      AND NOT EXISTS (SELECT FROM waits WHERE waits.job_id = jobs.id AND waits.fingerprint IS NOT NULL))"""  # noqa: S608  # constants of this file

_ANSWER = """(
    SELECT jobs.id FROM jobs WHERE jobs.state = 'succeeded' AND jobs.id IN (
        SELECT leader_id FROM flights
        WHERE flights.tenant_id = flight.tenant_id AND flights.fingerprint = flight.fingerprint
        UNION ALL SELECT job_id FROM reuse
        WHERE reuse.tenant_id = flight.tenant_id AND reuse.fingerprint = flight.fingerprint)
    ORDER BY jobs.id DESC LIMIT 1)"""

_LOOK = text(f"""
SELECT {_ANSWER} AS answer_id, {_IS_LED} AS is_led
FROM (SELECT CAST(:tenant_id AS uuid) AS tenant_id, CAST(:fingerprint AS text) AS fingerprint) AS flight
""")  # noqa: S608  # as above

LANDED = text(f"""
WITH RECURSIVE flight AS (
    (SELECT tenant_id, fingerprint FROM waits WHERE fingerprint IS NOT NULL ORDER BY tenant_id, fingerprint LIMIT 1)
    UNION ALL
    SELECT next.* FROM flight CROSS JOIN LATERAL (
        SELECT waits.tenant_id, waits.fingerprint FROM waits
        WHERE waits.fingerprint IS NOT NULL
          AND (waits.tenant_id, waits.fingerprint) > (flight.tenant_id, flight.fingerprint)
        ORDER BY waits.tenant_id, waits.fingerprint LIMIT 1) AS next
)
SELECT tenant_id, fingerprint FROM flight
WHERE CASE WHEN {_ANSWER} IS NULL THEN NOT {_IS_LED} ELSE EXISTS (
    SELECT FROM waits WHERE waits.tenant_id = flight.tenant_id AND waits.fingerprint = flight.fingerprint
        AND coalesce(waits.run_at <= now(), true)) END
""")  # noqa: S608  # as above
"""The flights of which something is due. What it reads grows with the flights that are followed, not with followers."""

_HOLD = text("""
SELECT leader_id FROM flights WHERE tenant_id = :tenant_id AND fingerprint = :fingerprint FOR NO KEY UPDATE
""")

_FOLLOWS = """
    FROM waits JOIN jobs ON jobs.id = waits.job_id
    WHERE waits.tenant_id = :tenant_id AND waits.fingerprint = :fingerprint AND jobs.state = 'waiting'"""

_SHARERS = text(f"""
WITH first AS (
    SELECT jobs.parent_id {_FOLLOWS} AND coalesce(waits.run_at <= now(), true)
    ORDER BY jobs.parent_id NULLS FIRST LIMIT 1
)
SELECT jobs.id {_FOLLOWS} AND coalesce(waits.run_at <= now(), true)
    AND jobs.parent_id IS NOT DISTINCT FROM (SELECT parent_id FROM first)
ORDER BY jobs.id LIMIT {BATCH} FOR NO KEY UPDATE OF jobs SKIP LOCKED
""")  # noqa: S608  # constants of this file
"""No batch has two parents, which somebody else might lock the other way round. Who is held by somebody is left."""

_NEXT_LEADER = text(f"""
SELECT jobs.id, CASE WHEN waits.run_at > now() THEN waits.run_at END AS leads_at {_FOLLOWS}
ORDER BY 2 NULLS FIRST, jobs.priority DESC, jobs.id LIMIT 1 FOR NO KEY UPDATE OF jobs SKIP LOCKED
""")  # as above

_TAKE_THE_LEAD = text("""
INSERT INTO flights (tenant_id, fingerprint, leader_id, leads_at)
VALUES (:tenant_id, :fingerprint, :leader_id, :leads_at)
ON CONFLICT (tenant_id, fingerprint) DO UPDATE SET leader_id = excluded.leader_id, leads_at = excluded.leads_at
WHERE flights.leader_id = :before
RETURNING leader_id
""")


class FlightId(NamedTuple):
    """Which equal work."""

    tenant_id: UUID
    fingerprint: str


@prepared(tenant_id=UUID, fingerprint=str)
def _is_followed(tenant_id: UUID, fingerprint: str) -> Select[Any]:
    return select(Wait.job_id).where(Wait.tenant_id == tenant_id, Wait.fingerprint == fingerprint).limit(1)


def land_at_once(db: Database, flight: FlightId) -> list[Row[Any]]:
    """Do what a leader's end means for its followers, if it has ended and has any. Gives the jobs that were moved.

    Without a follower it is one read. Who joins at this very moment is left to the sweep.
    """
    return land_all(db, flight) if db.one(_is_followed(*flight)) is not None else []


def land_all(db: Database, flight: FlightId) -> list[Row[Any]]:
    """Do the same in as many batches as it takes."""
    moved: list[Row[Any]] = []
    while batch := db.run(lambda connection: land(connection, flight)):
        moved += batch
    return moved


def land(connection: Connection, flight: FlightId) -> list[Row[Any]]:
    """End a batch of followers with the answer, if there is one, or have one of them lead, if nobody does.

    The flight is locked by a statement before the one that looks, so that all who joined it until then are seen.
    """
    before = connection.execute(_HOLD, flight._asdict()).scalar_one_or_none()
    found = connection.execute(_LOOK, flight._asdict()).one()
    if found.answer_id is not None:
        return _share(connection, flight, found.answer_id)
    return [] if found.is_led else _promote(connection, flight, before)


def _share(connection: Connection, flight: FlightId, answer_id: UUID) -> list[Row[Any]]:
    ids = connection.execute(_SHARERS, flight._asdict()).scalars().all()
    if not ids:
        return []
    moved = end(connection, share(Job.id.in_(ids), answer_id))
    charge(connection, [row.id for row in moved], answer_id)
    return moved


def share(which: ColumnElement[bool], answer_id: UUID) -> Prepared:
    """End waiting jobs with the answer of another and link its assets to them, as if they had been asked for now."""
    answer = aliased(Job)
    values = {
        "output": select(answer.output).where(answer.id == answer_id).scalar_subquery(),
        "started_at": func.coalesce(Job.started_at, func.clock_timestamp()),
        "progress": null(),
    }
    moved = transition.change(SHARE, which, values)
    told = transition.told(moved, SHARE.event, transition.as_json({"reused_from": str(answer_id)}))
    linked = moved.join(JobAsset, JobAsset.job_id == answer_id)
    rows = select(moved.c.id, JobAsset.asset_id, JobAsset.role).select_from(linked)
    kept = insert(JobAsset).from_select(["job_id", "asset_id", "role"], rows).cte("kept")
    return Prepared(select(moved).add_cte(told, transition.unwaited(moved), kept), {})


def _promote(connection: Connection, flight: FlightId, before: UUID | None) -> list[Row[Any]]:
    """Have the follower lead that may begin first; ``before`` is who led until now, if that is known."""
    chosen = connection.execute(_NEXT_LEADER, flight._asdict()).one_or_none()
    if chosen is None:
        return []
    given = {**flight._asdict(), "leader_id": chosen.id, "leads_at": chosen.leads_at, "before": before}
    if connection.execute(_TAKE_THE_LEAD, given).first() is None:
        return []
    moved = transition.change(WAKE, Job.id == chosen.id, {})
    told = transition.told(moved, WAKE.event, transition.as_json({"reason": "leads"}))
    delay_s = literal(0) if chosen.leads_at is None else func.date_part("epoch", literal(chosen.leads_at) - func.now())
    in_line = transition.in_line(moved, rank=1, delay_s=delay_s)
    return list(connection.execute(select(moved).add_cte(told, transition.unwaited(moved), in_line)))
