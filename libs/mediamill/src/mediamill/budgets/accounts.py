"""Parts of statements that move money: whose balances it touches, and in which order they are locked.

Locks are taken in one order everywhere: the job, its reservation and holds, then accounts by scope and id, from the one
that fewest share to the one that most do. Whoever holds accounts waits for no job.
"""

from __future__ import annotations

from sqlalchemy import TextClause, text

THIS_MONTH = "date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC')::date"

FINAL = "('succeeded', 'failed', 'canceled')"


def touched(source: str, *sums: str) -> str:
    """Give the accounts that rows of ``source`` belong to, each with sums; there may be none of that name yet."""
    return f"""
    SELECT scope, account.id, account.month, {", ".join(sums)}
    FROM {source} AS moved CROSS JOIN LATERAL (VALUES
        ('job', moved.root_id, '-infinity'::date), ('key', moved.key_id, moved.month),
        ('tenant', moved.tenant_id, moved.month)) AS account(scope, id, month)
    WHERE account.id IS NOT NULL GROUP BY 1, 2, 3"""  # noqa: S608  # constants of this folder


HELD = """
    SELECT accounts.* FROM accounts JOIN due USING (scope, id, month)
    ORDER BY scope, id, month FOR NO KEY UPDATE OF accounts"""

_OPEN = text(f"""
INSERT INTO accounts (scope, id, month, reserved, spent)
SELECT :scope, :id, month, reserved, spent FROM (
    SELECT {THIS_MONTH} AS month) AS this, LATERAL (
    SELECT coalesce(sum(CASE type WHEN 'reserve' THEN amount WHEN 'refund' THEN 0 ELSE -amount END), 0) AS reserved,
        coalesce(sum(CASE type WHEN 'settle' THEN amount WHEN 'refund' THEN -amount END), 0) AS spent
    FROM ledger
    WHERE ledger.month = this.month
      AND CASE :scope WHEN 'tenant' THEN ledger.tenant_id = :id ELSE ledger.key_id = :id END) AS sums
ON CONFLICT (scope, id, month) DO UPDATE SET reserved = excluded.reserved, spent = excluded.spent
""")  # noqa: S608  # constants of this file

FREEZE = text("LOCK TABLE ledger IN SHARE ROW EXCLUSIVE MODE")
"""Wait until nobody writes to the ledger, and let nobody begin. Who waits reads what we leave."""


WRITE = text("LOCK TABLE ledger IN ROW EXCLUSIVE MODE")
"""Come before or after a ``FREEZE``, for whoever locks accounts by one statement and writes the ledger by another."""


def open_account() -> TextClause:
    """Give the account ``:id`` of ``:scope`` (key, tenant) this month's balance, under ``FREEZE``."""
    return _OPEN
