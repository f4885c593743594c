"""Charging those who got the answer of an equal job: what it cost, out of what each has reserved, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, text

from mediamill.budgets.accounts import HELD, touched

_CHARGE = text(f"""
WITH shared AS MATERIALIZED (
    SELECT reservations.*, least(reservations.amount, answer.cost) AS charge
    FROM reservations CROSS JOIN (SELECT cost FROM jobs WHERE id = :answer_id) AS answer
    WHERE job_id = ANY(:ids) AND least(reservations.amount, answer.cost) > 0
    ORDER BY job_id FOR NO KEY UPDATE OF reservations
), due AS MATERIALIZED ({touched("shared", "sum(charge) AS amount")}
), held AS MATERIALIZED ({HELD}
), moved AS (
    UPDATE accounts SET reserved = accounts.reserved - due.amount, spent = accounts.spent + due.amount
    FROM due JOIN held USING (scope, id, month)
    WHERE (accounts.scope, accounts.id, accounts.month) = (due.scope, due.id, due.month)
), taken AS (
    UPDATE reservations SET amount = reservations.amount - shared.charge
    FROM shared WHERE reservations.job_id = shared.job_id
), billed AS (
    UPDATE jobs SET cost = jobs.cost + shared.charge FROM shared WHERE jobs.id = shared.job_id
)
INSERT INTO ledger (type, amount, month, tenant_id, key_id, job_id, root_id, kind, provider)
SELECT 'settle', charge, month, tenant_id, key_id, job_id, root_id, kind, provider FROM shared ORDER BY job_id
""")  # noqa: S608  # constants of this folder
"""Its lines in the ledger name no step: nothing was bought for them, so they are not on a vendor's bill."""


def charge(connection: Connection, jobs: Sequence[UUID], answer_id: UUID) -> None:
    """Settle what jobs owe for sharing an answer, in the transaction that ends them; they are locked before.

    Whether they owe anything was decided when they were accepted: only then did they reserve their price.
    """
    if jobs:
        connection.execute(_CHARGE, {"ids": list(jobs), "answer_id": answer_id})
