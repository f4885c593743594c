"""The ends of predictions: each is written down once, and the job that waits for it is woken, in one statement."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Boolean, Connection, Integer, Select, Text, Uuid, and_, column, literal, not_, or_, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from mediamill.budgets import settle as budgets
from mediamill.budgets.settle import Cost
from mediamill.db.prepared import Prepared, parameter, prepared
from mediamill.db.session import Database
from mediamill.jobs import transition
from mediamill.jobs.ended import take_hold
from mediamill.jobs.model import Job
from mediamill.jobs.states import WAKE
from mediamill.providers.model import PredictionRow
from mediamill.providers.protocol import Ended

_NAMED = text("""
SELECT ended.*, known.job_id, known.ordinal, EXISTS (
        SELECT FROM holds WHERE holds.job_id = known.job_id AND holds.ordinal = known.ordinal
            AND holds.purchase = known.purchase) AS is_paid
FROM jsonb_to_recordset(CAST(:p_rows AS jsonb))
    AS ended(place integer, vendor text, token_hash text, vendor_id text, result jsonb)
JOIN predictions AS known ON known.token_hash = ended.token_hash AND known.vendor = ended.vendor
""")

_SEEN = text("""
WITH held AS MATERIALIZED (
    SELECT id, state, queue, delivery, traceparent FROM jobs WHERE id IN (SELECT job_id FROM named)
    ORDER BY id FOR NO KEY UPDATE
)
SELECT held.id, held.queue, held.delivery, held.traceparent, held.state = 'waiting' AS is_waiting,
    waits.job_id IS NULL AND held.state = 'waiting' AS has_just_parked
FROM held LEFT JOIN waits ON waits.job_id = held.id
""")
"""What is not locked is seen as of the statement's start. A job that parked after that is left for another statement:
its wait could be neither seen nor taken away here, and nothing of its end is written."""

_SETTLED = text("""
UPDATE predictions SET state = 'done', next_at = NULL, vendor_id = named.vendor_id
FROM named JOIN seen ON seen.id = named.job_id
WHERE predictions.job_id = named.job_id AND predictions.ordinal = named.ordinal
  AND predictions.token_hash = named.token_hash AND predictions.state IN ('intent', 'waiting')
  AND (predictions.vendor_id IS NULL OR predictions.vendor_id = named.vendor_id)
  AND NOT seen.has_just_parked AND (:p_has_books OR NOT named.is_paid)
RETURNING predictions.job_id, predictions.ordinal, predictions.purchase, named.place, named.result,
    seen.is_waiting
""")

_JOURNALED = text("""
UPDATE steps SET state = 'done', result = jsonb_build_object('value', settled.result),
    finished_at = clock_timestamp()
FROM settled
WHERE steps.job_id = settled.job_id AND steps.ordinal = settled.ordinal AND steps.state = 'intent'
RETURNING steps.job_id
""")


SETTLED_COLUMNS: dict[str, TypeEngine[Any]] = {
    "job_id": Uuid(),
    "ordinal": Integer(),
    "purchase": Integer(),
    "place": Integer(),
    "is_waiting": Boolean(),
}


SEEN_COLUMNS: dict[str, TypeEngine[Any]] = {
    "id": Uuid(),
    "queue": Text(),
    "delivery": Integer(),
    "traceparent": Text(),
    "has_just_parked": Boolean(),
}


class Settled(NamedTuple):
    """A purchase whose prediction has ended; only it has this token."""

    vendor: str
    token_hash: str
    ended: Ended


class Outcome(NamedTuple):
    """What writing an end came to."""

    place: int
    """Which of the ends it was."""
    job_id: UUID
    tenant_id: UUID | None
    is_woken: bool
    is_left: bool
    """Nothing was written, but it may have to be, ``settle_with_books``."""
    queue: str
    delivery: int
    """The run that waits for it, or that was the last."""
    traceparent: str | None


def settle(ends: Sequence[Settled]) -> Prepared:
    """Write down how predictions ended and wake the jobs that wait for them. The rows are as ``Outcome``.

    No row: no purchase has that token. Of several that tell the same end, one writes and the others change nothing.
    What was paid for is left, as the books belong into the same transaction.
    """
    return _settle(_as_rows(ends), has_books=False)


def settle_with_books(connection: Connection, ends: Sequence[Settled]) -> list[Outcome]:
    """Do the same for what was left, with what it has cost. The jobs are locked first, so that nothing is left."""
    purchases = select(PredictionRow.job_id).where(PredictionRow.token_hash.in_([end.token_hash for end in ends]))
    take_hold(connection, Job.id.in_(purchases))
    rows = connection.execute(*_settle(_as_rows(ends), has_books=True)).all()
    paid = [row for row in rows if row.is_settled and row.is_paid]
    costs = [Cost(row.job_id, row.ordinal, row.purchase, billed(ends[row.place].ended)) for row in paid]
    budgets.settle(connection, costs)
    settled = {row.place for row in rows if row.is_settled}
    _give_back(connection, [end.ended for place, end in enumerate(ends) if place not in settled])
    return [Outcome(*row[: len(Outcome._fields)])._replace(is_left=False) for row in rows]


def settle_at_once(db: Database, ends: Sequence[Settled]) -> list[Outcome]:
    """Do the one, and the other for what it left."""
    outcomes: list[Outcome] = db.rows(settle(ends))
    left = [ends[row.place] for row in outcomes if row.is_left]
    return outcomes + (db.run(lambda connection: settle_with_books(connection, left)) if left else [])


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


def drop(
    connection: Connection, job_id: UUID, ordinal: int, purchase: int, vendor_id: str | None, *, may_go_on: bool = False
) -> None:
    """Write down that a prediction was cancelled at the vendor, or never was there (no ``vendor_id``).

    What was cancelled is taken as billed in full: it may have ended before the vendor heard of it. So is one that
    ``may_go_on`` there, as nobody can tell whether it was bought.
    """
    take_hold(connection, Job.id == job_id)
    given = {"job_id": job_id, "ordinal": ordinal, "purchase": purchase, "vendor_id": vendor_id}
    dropped = connection.execute(_DROP, given).one_or_none()
    if dropped is not None:
        cost = Decimal(0) if dropped.vendor_id is None and not may_go_on else None
        budgets.settle(connection, [Cost(job_id, ordinal, purchase, cost)])


def _as_rows(ends: Sequence[Settled]) -> str:
    rows = [
        {
            "place": place,
            "vendor": end.vendor,
            "token_hash": end.token_hash,
            "vendor_id": end.ended.id,
            "result": end.ended.model_dump(mode="json"),
        }
        for place, end in enumerate(ends)
    ]
    return json.dumps(rows)


@prepared(rows=str, has_books=bool)
def _settle(rows: str, *, has_books: bool) -> Select[Any]:
    asked, allowed = parameter(rows), parameter(has_books)
    named = (
        _NAMED.bindparams(asked)  # type: ignore[arg-type]  # parameters, see prepared
        .columns(column("place", Integer), column("job_id", Uuid), column("is_paid", Boolean), column("result", JSONB))
        .cte("named")
    )
    seen = _SEEN.columns(**SEEN_COLUMNS).add_cte(named).cte("seen")
    settled = (
        _SETTLED.bindparams(allowed)  # type: ignore[arg-type]  # the same
        .columns(*(column(n, t) for n, t in SETTLED_COLUMNS.items()))
        .add_cte(named, seen)
        .cte("settled")
    )
    journaled = _JOURNALED.columns(column("job_id", Uuid)).add_cte(settled).cte("journaled")
    moved = transition.change(WAKE, and_(Job.id == settled.c.job_id, settled.c.is_waiting), {})
    told = transition.told(moved, WAKE.event, transition.as_json({}))
    in_line = transition.in_line(moved, rank=0, delay_s=literal(0))
    is_settled = settled.c.job_id.is_not(None)
    may_have_to = or_(seen.c.has_just_parked, named.c.is_paid, named.c.result["cost"].astext.is_not(None))
    return (
        select(
            named.c.place,
            named.c.job_id,
            moved.c.tenant_id,
            moved.c.id.is_not(None).label("is_woken"),
            and_(not_(is_settled), may_have_to).label("is_left"),
            *(seen.c.queue, seen.c.delivery, seen.c.traceparent),
            is_settled.label("is_settled"),
            named.c.is_paid,
            settled.c.ordinal,
            settled.c.purchase,
        )
        .select_from(
            named.join(seen, seen.c.id == named.c.job_id)
            .outerjoin(settled, settled.c.place == named.c.place)
            .outerjoin(moved, moved.c.id == settled.c.job_id)
        )
        .add_cte(journaled, told, transition.unwaited(moved), in_line)
    )
