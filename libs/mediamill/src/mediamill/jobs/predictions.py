"""The purchases of jobs: intent, ticket, and the end that wakes the job.

The intent is written with its step and fenced like it. The ticket is not fenced: whoever holds a prediction's id writes
it down, so that a job that ended meanwhile still has its prediction cancelled.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Row, select, text, tuple_

from mediamill.budgets import settle as budgets
from mediamill.budgets.settle import Cost
from mediamill.db.prepared import Prepared
from mediamill.jobs import transition
from mediamill.jobs.ended import take_hold
from mediamill.jobs.model import Job, Wait
from mediamill.providers.model import PredictionRow
from mediamill.providers.protocol import Ended

FORGOTTEN_S = 60.0
"""An intent that got no ticket in this time is looked at, in case its job has ended."""

_INTEND = text("""
WITH held AS (
    SELECT id FROM jobs WHERE id = :job_id AND delivery = :delivery AND state = 'running' FOR SHARE
), written AS (
    INSERT INTO steps (job_id, ordinal, name, type, state, result, delivery, started_at)
    SELECT id, :ordinal, :name, 'prediction', 'intent', '{"value": null}', :delivery, clock_timestamp() FROM held
    ON CONFLICT (job_id, ordinal) DO UPDATE
    SET state = 'intent', result = excluded.result, delivery = excluded.delivery, finished_at = NULL
)
INSERT INTO predictions AS known (job_id, ordinal, purchase, attempt, vendor, state, token_hash, begun_at, next_at)
SELECT id, :ordinal, :purchase, :attempt, :vendor, 'intent', :token_hash, clock_timestamp(),
    clock_timestamp() + make_interval(secs => :forgotten_s)
FROM held
ON CONFLICT (job_id, ordinal) DO UPDATE
SET purchase = excluded.purchase, attempt = excluded.attempt, vendor = excluded.vendor, vendor_id = NULL,
    state = 'intent', token_hash = excluded.token_hash, begun_at = excluded.begun_at, next_at = excluded.next_at,
    polls = 0
RETURNING begun_at
""")


class Intent(NamedTuple):
    """A purchase that is about to be made."""

    job_id: UUID
    delivery: int
    ordinal: int
    name: str
    purchase: int
    attempt: int
    vendor: str
    token_hash: str


def intend(intent: Intent) -> Prepared:
    """Write an intent down; the row tells when. No row back: the run has lost its job."""
    return Prepared(_INTEND, {**intent._asdict(), "forgotten_s": FORGOTTEN_S})


_TICKET = text("""
UPDATE predictions SET vendor_id = :vendor_id,
    state = CASE state WHEN 'intent' THEN 'waiting' ELSE state END,
    next_at = CASE state WHEN 'intent' THEN now() + make_interval(secs => :look_in_s) WHEN 'cancel' THEN now()
        ELSE next_at END
WHERE job_id = :job_id AND ordinal = :ordinal AND purchase = :purchase
  AND (vendor_id IS NULL OR vendor_id = :vendor_id)
RETURNING state
""")


def hold_ticket(job_id: UUID, ordinal: int, purchase: int, vendor_id: str, look_in_s: float) -> Prepared:
    """Write the id of a prediction down; the row tells what became of the purchase meanwhile."""
    return Prepared(
        _TICKET,
        {
            "job_id": job_id,
            "ordinal": ordinal,
            "purchase": purchase,
            "vendor_id": vendor_id,
            "look_in_s": look_in_s,
        },
    )


_REFUSED = text("""
UPDATE predictions SET state = 'refused', next_at = NULL
WHERE job_id = :job_id AND ordinal = :ordinal AND purchase = :purchase AND state IN ('intent', 'cancel')
  AND vendor_id IS NULL
RETURNING state
""")


def refuse(job_id: UUID, ordinal: int, purchase: int) -> Prepared:
    """Write down that the vendor made no prediction of a purchase."""
    return Prepared(_REFUSED, {"job_id": job_id, "ordinal": ordinal, "purchase": purchase})


_KNOWN = text("""
SELECT predictions.vendor_id, predictions.state, predictions.purchase, predictions.attempt, predictions.begun_at,
    steps.result
FROM predictions JOIN steps USING (job_id, ordinal) WHERE job_id = :job_id AND ordinal = :ordinal
""")


def known(job_id: UUID, ordinal: int) -> Prepared:
    """Give a step's purchase and what the journal holds of it now."""
    return Prepared(_KNOWN, {"job_id": job_id, "ordinal": ordinal})


class Settled(NamedTuple):
    """A purchase whose prediction has ended. ``token_hash``: by webhook, which may come before the ticket."""

    job_id: UUID
    ordinal: int
    ended: Ended
    token_hash: str | None = None


_SETTLE = text("""
WITH ended AS (
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS row(job_id uuid, ordinal integer, vendor_id text, token_hash text, result jsonb)
), held AS MATERIALIZED (
    SELECT id FROM jobs WHERE id IN (SELECT job_id FROM ended) ORDER BY id FOR NO KEY UPDATE
), settled AS (
    UPDATE predictions SET state = 'done', next_at = NULL, vendor_id = ended.vendor_id
    FROM ended JOIN held ON held.id = ended.job_id
    WHERE predictions.job_id = ended.job_id AND predictions.ordinal = ended.ordinal
      AND predictions.state IN ('intent', 'waiting')
      AND (predictions.vendor_id = ended.vendor_id
           OR (predictions.vendor_id IS NULL AND predictions.token_hash = ended.token_hash))
    RETURNING predictions.job_id, predictions.ordinal, predictions.purchase, ended.result, EXISTS (
        SELECT FROM holds WHERE holds.job_id = predictions.job_id AND holds.ordinal = predictions.ordinal
            AND holds.purchase = predictions.purchase) AS is_paid
), journaled AS (
    UPDATE steps SET state = 'done', result = jsonb_build_object('value', settled.result),
        finished_at = clock_timestamp()
    FROM settled
    WHERE steps.job_id = settled.job_id AND steps.ordinal = settled.ordinal AND steps.state = 'intent'
)
SELECT job_id, ordinal, purchase, is_paid FROM settled
""")


def settle(connection: Connection, ends: Sequence[Settled]) -> list[Row[Any]]:
    """Write down how predictions ended and wake the jobs that wait for them. Gives the woken jobs' rows.

    Of several that tell the same end, one writes and the others change nothing. The jobs are locked first, as by a
    park: so an end is seen by a job that is just parking, or sees that it has parked.
    """
    rows = [
        {
            "job_id": str(end.job_id),
            "ordinal": end.ordinal,
            "vendor_id": end.ended.id,
            "token_hash": end.token_hash,
            "result": end.ended.model_dump(mode="json"),
        }
        for end in ends
    ]
    settled = connection.execute(_SETTLE, {"rows": json.dumps(rows)}).all()
    steps = [(row.job_id, row.ordinal) for row in settled]
    _give_back(connection, [end.ended for end in ends if (end.job_id, end.ordinal) not in steps])
    if not settled:
        return []
    waiting = select(Wait.job_id).where(Wait.reason == "prediction", tuple_(Wait.job_id, Wait.ordinal).in_(steps))
    woken = list(connection.execute(*transition.wake(Job.id.in_(waiting))))
    ended = {(end.job_id, end.ordinal): end.ended for end in ends}
    paid = [row for row in settled if row.is_paid]
    budgets.settle(
        connection,
        [Cost(row.job_id, row.ordinal, row.purchase, billed(ended[row.job_id, row.ordinal])) for row in paid],
    )
    return woken


def billed(ended: Ended) -> Decimal | None:
    """Tell what an end costs: what the vendor says, else nothing for a failure, else what was held (``None``)."""
    if ended.cost is not None:
        return ended.cost
    return Decimal(0) if ended.failure is not None else None


_CANCELED = text("SELECT job_id, ordinal, purchase FROM predictions WHERE vendor_id = :id AND state = 'dropped'")


def _give_back(connection: Connection, late: Sequence[Ended]) -> None:
    """Correct what was taken as billed when its prediction was cancelled, where the vendor says what it bills."""
    told = [(ended.cost, connection.execute(_CANCELED, {"id": ended.id})) for ended in late if ended.cost is not None]
    budgets.refund(
        connection, [Cost(row.job_id, row.ordinal, row.purchase, cost) for cost, rows in told for row in rows]
    )


_DROP = text("""
UPDATE predictions SET state = 'dropped', next_at = NULL, vendor_id = coalesce(vendor_id, :vendor_id)
WHERE job_id = :job_id AND ordinal = :ordinal AND purchase = :purchase AND state IN ('cancel', 'intent', 'waiting')
RETURNING vendor_id
""")


def drop(connection: Connection, job_id: UUID, ordinal: int, purchase: int, vendor_id: str | None) -> None:
    """Write down that a prediction was cancelled at the vendor, or never was there (no ``vendor_id``).

    What was cancelled is taken as billed in full: it may have ended before the vendor heard of it.
    """
    take_hold(connection, Job.id == job_id)
    given = {"job_id": job_id, "ordinal": ordinal, "purchase": purchase, "vendor_id": vendor_id}
    dropped = connection.execute(_DROP, given).one_or_none()
    if dropped is not None:
        cost = Decimal(0) if dropped.vendor_id is None else None
        budgets.settle(connection, [Cost(job_id, ordinal, purchase, cost)])


def by_token(vendor: str, token_hash: str) -> Prepared:
    """Find the purchase that a webhook's token belongs to."""
    columns = (PredictionRow.job_id, PredictionRow.ordinal, PredictionRow.vendor_id, PredictionRow.state)
    return Prepared(select(*columns).where(PredictionRow.token_hash == token_hash, PredictionRow.vendor == vendor), {})
