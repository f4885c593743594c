"""What the books of a mill say."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, select, text

from mediamill.budgets import audit
from mediamill.budgets.model import Account, Entry
from mediamill_testing.harness import Mill


class Balance(NamedTuple):
    """Where the money of an account is."""

    reserved: Decimal
    spent: Decimal


def ledger(mill: Mill, job_id: UUID | None = None) -> list[tuple[str, Decimal]]:
    """Give the types and amounts of all entries, or of a job's, in order."""
    query = select(Entry.type, Entry.amount).order_by(Entry.number)
    with mill.db.unit_of_work() as connection:
        found = connection.execute(query if job_id is None else query.where(Entry.job_id == job_id))
        return [(row.type, row.amount) for row in found]


def spent(mill: Mill) -> Decimal:
    """Give what the ledger says was spent in all."""
    signs = {"settle": 1, "refund": -1}
    return sum((signs.get(type_, 0) * amount for type_, amount in ledger(mill)), Decimal(0))


def balance(mill: Mill, scope: str, id: UUID) -> Balance | None:
    """Give the balance of an account, or ``None`` if there is none."""
    query = select(Account.reserved, Account.spent).where(Account.scope == scope, Account.id == id)
    with mill.db.unit_of_work() as connection:
        row = connection.execute(query).one_or_none()
    return None if row is None else Balance(*row)


def drift(mill: Mill) -> list[Row[Any]]:
    """Give what differs between the ledger, the balances and the reservations."""
    with mill.db.unit_of_work() as connection:
        return list(connection.execute(audit.CHECK))


def left_over(mill: Mill) -> int:
    """Count what is still set aside or held."""
    with mill.db.unit_of_work() as connection:
        counted = text("SELECT (SELECT count(*) FROM reservations) + (SELECT count(*) FROM holds)")
        return int(connection.execute(counted).scalar_one())
