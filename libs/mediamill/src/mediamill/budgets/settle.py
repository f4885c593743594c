"""Paying: a step's price is held before the vendor is called, and settled with the record of what came of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Row, TextClause, text

from mediamill.budgets.accounts import HELD, touched
from mediamill.budgets.reserve import Want, reserve
from mediamill.db.prepared import Prepared


class Charge(NamedTuple):
    """What a step is about to buy: the purchase is 1, then one more for each time that it buys anew."""

    job_id: UUID
    ordinal: int
    purchase: int
    provider: str
    price: Decimal


class Cost(NamedTuple):
    """What a purchase has cost in the end; ``None`` is the price that was held for it."""

    job_id: UUID
    ordinal: int
    purchase: int
    amount: Decimal | None


_HOLD = text("""
WITH running AS (
    SELECT id FROM jobs WHERE id = :job_id AND delivery = :delivery AND state = 'running' FOR SHARE
), known AS MATERIALIZED (
    SELECT price FROM holds WHERE job_id = :job_id AND ordinal = :ordinal AND purchase = :purchase
    UNION ALL
    SELECT amount FROM ledger WHERE job_id = :job_id AND ordinal = :ordinal AND purchase = :purchase AND type = 'settle'
), taken AS (
    UPDATE reservations SET amount = amount - :price FROM running
    WHERE job_id = running.id AND amount >= :price AND NOT EXISTS (SELECT FROM known)
    RETURNING job_id
), made AS (
    INSERT INTO holds (job_id, ordinal, purchase, provider, price)
    SELECT job_id, :ordinal, :purchase, :provider, :price FROM taken
)
SELECT EXISTS (SELECT FROM known) OR EXISTS (SELECT FROM taken) AS is_covered,
    :price - coalesce((SELECT amount FROM reservations WHERE job_id = running.id), 0) AS lacking
FROM running
""")


def hold(charge: Charge, delivery: int) -> Prepared:
    """Take a price out of what the job has reserved, once for each purchase.

    No row back: the run has lost its job. ``is_covered`` is false when the reservation does not suffice.
    """
    return Prepared(_HOLD, {**charge._asdict(), "delivery": delivery})


def extend_and_hold(connection: Connection, charge: Charge, delivery: int) -> Row[Any] | None:
    """Reserve what is lacking, then do the same. Raises ``OutOfBudget``: then the vendor must not be called.

    What is lacking is seen as of the statement's start, so it may be nothing though another step of the job was faster
    and took the rest; another look tells. What was reserved here nobody else can take.
    """
    found = connection.execute(*hold(charge, delivery)).one_or_none()
    while found is not None and not found.is_covered:
        if found.lacking > 0:
            reserve(connection, [Want(charge.job_id, found.lacking)])
        found = connection.execute(*hold(charge, delivery)).one_or_none()
    return found


_SETTLE = text(f"""
WITH told AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS told(job_id uuid, ordinal integer, purchase smallint, amount numeric)
), ended AS (
    DELETE FROM holds USING told
    WHERE (holds.job_id, holds.ordinal, holds.purchase) = (told.job_id, told.ordinal, told.purchase)
    RETURNING holds.*, coalesce(told.amount, holds.price) AS amount
), facts AS MATERIALIZED (
    SELECT ended.job_id, ended.ordinal, ended.purchase, ended.price, ended.amount, ended.provider,
        reserved.root_id, reserved.tenant_id, reserved.key_id, reserved.kind, reserved.month
    FROM ended JOIN reservations AS reserved ON reserved.job_id = ended.job_id
), due AS MATERIALIZED ({touched("facts", "sum(least(price, amount)) AS used", "sum(amount) AS amount")}
), held AS MATERIALIZED ({HELD}
), moved AS (
    UPDATE accounts SET reserved = accounts.reserved - due.used, spent = accounts.spent + due.amount
    FROM due JOIN held USING (scope, id, month)
    WHERE (accounts.scope, accounts.id, accounts.month) = (due.scope, due.id, due.month)
), sums AS (
    SELECT job_id, sum(amount) AS cost, sum(greatest(price - amount, 0)) AS rest FROM facts GROUP BY 1
), returned AS (
    UPDATE reservations SET amount = amount + rest FROM sums WHERE reservations.job_id = sums.job_id AND rest > 0
), billed AS (
    UPDATE jobs SET cost = jobs.cost + sums.cost FROM sums WHERE jobs.id = sums.job_id AND sums.cost > 0
), lines AS (
    SELECT *, 'reserve' AS type, amount - price AS moved FROM facts WHERE amount > price
    UNION ALL SELECT *, 'settle', amount FROM facts WHERE amount > 0
)
INSERT INTO ledger (type, amount, month, tenant_id, key_id, job_id, root_id, ordinal, purchase, kind, provider)
SELECT type, moved, month, tenant_id, key_id, job_id, root_id, ordinal, purchase, kind, provider
FROM lines ORDER BY type
RETURNING job_id, type, amount
""")  # noqa: S608  # constants of this folder
"""What was held and not used returns to the job's reservation. A price above what was held is written down as well: it
is owed, whatever the budget says."""


def settle(connection: Connection, costs: Sequence[Cost]) -> None:
    """Write down what purchases have cost; the jobs are locked before. What was settled before changes nothing.

    Nothing is settled that was not held, so a purchase is paid for once, however often its end is told.
    """
    _move(connection, _SETTLE, costs)


_REFUND = text(f"""
WITH told AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS told(job_id uuid, ordinal integer, purchase smallint, amount numeric)
), facts AS MATERIALIZED (
    INSERT INTO ledger (type, amount, month, tenant_id, key_id, job_id, root_id, ordinal, purchase, kind, provider)
    SELECT 'refund', paid.amount - coalesce(told.amount, 0), month, tenant_id, key_id, job_id, root_id, ordinal,
        purchase, kind, provider
    FROM told JOIN ledger AS paid USING (job_id, ordinal, purchase)
    WHERE paid.type = 'settle' AND paid.amount > coalesce(told.amount, 0)
    ON CONFLICT (job_id, ordinal, purchase, type) WHERE type IN ('settle', 'refund') DO NOTHING
    RETURNING *
), due AS MATERIALIZED ({touched("facts", "sum(amount) AS amount")}
), held AS MATERIALIZED ({HELD}
), moved AS (
    UPDATE accounts SET spent = accounts.spent - due.amount FROM due JOIN held USING (scope, id, month)
    WHERE (accounts.scope, accounts.id, accounts.month) = (due.scope, due.id, due.month)
)
UPDATE jobs SET cost = jobs.cost - sums.amount
FROM (SELECT job_id, sum(amount) AS amount FROM facts GROUP BY 1) AS sums WHERE jobs.id = sums.job_id
""")  # noqa: S608  # constants of this folder


def refund(connection: Connection, costs: Sequence[Cost]) -> None:
    """Give back what settled purchases have cost less than was settled (``None``: nothing), once for each.

    The jobs are locked before; the money is free again in the month in which it was spent.
    """
    _move(connection, _REFUND, costs)


def _move(connection: Connection, statement: TextClause, costs: Sequence[Cost]) -> None:
    rows = [
        {
            "job_id": str(cost.job_id),
            "ordinal": cost.ordinal,
            "purchase": cost.purchase,
            "amount": None if cost.amount is None else str(cost.amount),
        }
        for cost in costs
    ]
    if rows:
        connection.execute(statement, {"rows": json.dumps(rows)})
