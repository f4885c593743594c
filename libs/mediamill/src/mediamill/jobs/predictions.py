"""The purchases of jobs: intent, ticket and park; ``settled`` has their end.

The intent is written with its step and fenced like it. The ticket is not fenced: whoever holds a prediction's id writes
it down, so that a job that ended meanwhile still has its prediction cancelled.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, Text, Uuid, and_, column, insert, literal, select, text, true

from mediamill.db.prepared import Prepared, parameter, prepared
from mediamill.jobs import transition
from mediamill.jobs.model import Job, Wait
from mediamill.jobs.states import PARK
from mediamill.providers.model import PredictionState

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
UPDATE predictions SET vendor_id = :p_vendor_id,
    state = CASE state WHEN 'intent' THEN 'waiting' ELSE state END,
    next_at = CASE state WHEN 'intent' THEN now() + make_interval(secs => :p_look_in_s) WHEN 'cancel' THEN now()
        ELSE next_at END
FROM (
    SELECT count(*) AS jobs FROM (
        SELECT id FROM jobs WHERE id = :p_job_id AND delivery = :p_delivery AND state = 'running' FOR NO KEY UPDATE
    ) AS held
) AS locked
WHERE job_id = :p_job_id AND ordinal = :p_ordinal AND purchase = :p_purchase AND locked.jobs >= 0
  AND (vendor_id IS NULL OR vendor_id = :p_vendor_id)
RETURNING predictions.job_id, predictions.state
""")


class Bought(NamedTuple):
    """A prediction that a vendor has accepted, and the run that asked for it."""

    job_id: UUID
    delivery: int
    ordinal: int
    purchase: int
    vendor_id: str
    look_in_s: float


def park(bought: Bought) -> Prepared:
    """Write the id of a prediction down, and let its job wait if the run still holds it and there is no end yet.

    The row tells what became of the purchase meanwhile, and whether the job waits. The job is locked first, as by
    ``settle``, so that an end is either seen here or sees that the job waits.
    """
    return _park(*bought)


@prepared(job_id=UUID, delivery=int, ordinal=int, purchase=int, vendor_id=str, look_in_s=float)
def _park(job_id: UUID, delivery: int, ordinal: int, purchase: int, vendor_id: str, look_in_s: float) -> Select[Any]:
    of_text: list[Any] = [job_id, delivery, ordinal, purchase, vendor_id, look_in_s]
    ticket = _TICKET.bindparams(*of_text).columns(column("job_id", Uuid), column("state", Text)).cte("ticket")
    is_on_its_way = and_(Job.id == ticket.c.job_id, ticket.c.state == PredictionState.WAITING.value)
    moved = transition.change(PARK, and_(transition.fenced(job_id, delivery), is_on_its_way), {})
    rows = select(moved.c.id, literal("prediction"), parameter(ordinal))
    waits = insert(Wait).from_select(["job_id", "reason", "ordinal"], rows).cte("waits_made")
    told = transition.told(moved, PARK.event, transition.as_json({"reason": "prediction"}))
    return (
        select(ticket.c.state, moved.c.id.is_not(None).label("is_parked"))
        .select_from(ticket.outerjoin(moved, true()))
        .add_cte(told, transition.unleased(moved), waits)
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
