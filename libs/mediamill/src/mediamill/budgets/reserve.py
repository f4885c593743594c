"""Reserving: money is set aside for a job before anything of it is spent, or the job is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Row, text

from mediamill.budgets.accounts import HELD, THIS_MONTH, WRITE, touched
from mediamill.budgets.release import release_for
from mediamill.errors import OutOfBudget


class Want(NamedTuple):
    """What a job is to be able to spend, on top of what it may spend already."""

    job_id: UUID
    amount: Decimal


_FACTS = f"""
    SELECT wanted.job_id, wanted.amount, jobs.tenant_id, jobs.key_id, jobs.root_id, jobs.kind,
        coalesce(jobs.provider, '') AS provider, coalesce(reservations.month, {THIS_MONTH}) AS month
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS wanted(job_id uuid, amount numeric)
    JOIN jobs ON jobs.id = wanted.job_id LEFT JOIN reservations ON reservations.job_id = wanted.job_id"""  # noqa: S608  # a constant

_LIMITED = """
    SELECT due.*, CASE scope
        WHEN 'tenant' THEN (SELECT budget FROM tenants WHERE tenants.id = due.id)
        WHEN 'key' THEN (SELECT budget FROM api_keys WHERE api_keys.id = due.id)
        ELSE (SELECT max_cost FROM jobs WHERE jobs.id = due.id) END AS most
    FROM due"""

_RESERVE = text(f"""
WITH facts AS MATERIALIZED ({_FACTS}
), due AS MATERIALIZED ({touched("facts", "sum(amount) AS amount")}
), limited AS ({_LIMITED}
), held AS MATERIALIZED ({HELD}
), short AS MATERIALIZED (
    SELECT scope, limited.id, limited.month, most, amount, held.reserved, held.spent
    FROM limited LEFT JOIN held USING (scope, id, month)
    WHERE most IS NOT NULL AND (held.scope IS NULL OR held.reserved + held.spent + amount > most)
), moved AS (
    UPDATE accounts SET reserved = accounts.reserved + held.amount
    FROM (SELECT due.* FROM due JOIN held USING (scope, id, month)) AS held
    WHERE (accounts.scope, accounts.id, accounts.month) = (held.scope, held.id, held.month)
      AND NOT EXISTS (SELECT FROM short)
), kept AS (
    INSERT INTO reservations AS known (job_id, root_id, tenant_id, key_id, kind, provider, month, amount)
    SELECT job_id, root_id, tenant_id, key_id, kind, provider, month, amount FROM facts
    WHERE NOT EXISTS (SELECT FROM short)
    ON CONFLICT (job_id) DO UPDATE SET amount = known.amount + excluded.amount
), written AS (
    INSERT INTO ledger (type, amount, month, tenant_id, key_id, job_id, root_id, kind, provider)
    SELECT 'reserve', amount, month, tenant_id, key_id, job_id, root_id, kind, provider FROM facts
    WHERE NOT EXISTS (SELECT FROM short)
)
SELECT scope, id, month::text AS month, most, amount, reserved, spent FROM short ORDER BY scope
""")  # noqa: S608  # constants of this folder
"""The hard stop: balances are locked, looked at and moved by one statement, for all of the jobs or for none."""

_OPEN_EMPTY = text("""
INSERT INTO accounts (scope, id, month) SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb))
    AS missing(scope text, id uuid, month date) ORDER BY scope, id, month
ON CONFLICT DO NOTHING
""")


def reserve(connection: Connection, wants: Sequence[Want]) -> None:
    """Set money aside for jobs, for all or for none, as late in a transaction as can be.

    Raises ``OutOfBudget``, but only after what ended jobs do not need any more was given back.
    """
    rows = json.dumps([{"job_id": str(want.job_id), "amount": str(want.amount)} for want in wants])
    if not _short(connection, rows):
        return
    release_for(connection, [want.job_id for want in wants])
    if short := _short(connection, rows):
        raise _refusal(short[0])


def _short(connection: Connection, rows: str) -> list[Row[Any]]:
    """Try, and give what stands against it. No account stays locked then."""
    short = _try(connection, rows)
    missing = [row for row in short if row.reserved is None]
    if not missing:
        return short
    # The first of the month. Whoever opens it at the same time opens it as empty.
    opened = [{"scope": row.scope, "id": str(row.id), "month": row.month} for row in missing]
    connection.execute(WRITE)
    connection.execute(_OPEN_EMPTY, {"rows": json.dumps(opened)})
    return _try(connection, rows)


def _try(connection: Connection, rows: str) -> list[Row[Any]]:
    with connection.begin_nested() as nested:
        short = list(connection.execute(_RESERVE, {"rows": rows}))
        if short:
            nested.rollback()
    return short


def _refusal(short: Row[Any]) -> OutOfBudget:
    return OutOfBudget.of(
        scope=short.scope,
        limit=short.most,
        spent=short.spent or Decimal(0),
        reserved=short.reserved or Decimal(0),
        wanted=short.amount,
    )
