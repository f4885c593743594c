"""Whether balances are what the ledger says. They always must be; a difference is a fault of ours."""

from __future__ import annotations

from sqlalchemy import text

DRIFT = """
WITH booked AS (
    SELECT scope, id, account.month,
        sum(CASE type WHEN 'reserve' THEN amount WHEN 'refund' THEN 0 ELSE -amount END) AS reserved,
        sum(CASE type WHEN 'settle' THEN amount WHEN 'refund' THEN -amount ELSE 0 END) AS spent
    FROM ledger CROSS JOIN LATERAL (VALUES
        ('job', root_id, '-infinity'::date), ('key', key_id, ledger.month), ('tenant', tenant_id, ledger.month))
        AS account(scope, id, month)
    GROUP BY 1, 2, 3
), kept AS (
    SELECT tenant_id, sum(amount) + coalesce(sum((
        SELECT sum(price) FROM holds WHERE holds.job_id = reservations.job_id)), 0) AS reserved
    FROM reservations GROUP BY 1
)
SELECT scope, id, accounts.month::text AS month,
    accounts.reserved - coalesce(booked.reserved, 0) AS reserved, accounts.spent - coalesce(booked.spent, 0) AS spent
FROM accounts LEFT JOIN booked USING (scope, id, month)
WHERE (accounts.reserved, accounts.spent) <> (coalesce(booked.reserved, 0), coalesce(booked.spent, 0))
UNION ALL
SELECT 'reservations', tenant_id, '', coalesce(kept.reserved, 0) - coalesce(all_booked.reserved, 0), 0
FROM kept FULL JOIN (
    SELECT id AS tenant_id, sum(reserved) AS reserved FROM booked WHERE scope = 'tenant' GROUP BY 1) AS all_booked
    USING (tenant_id)
WHERE coalesce(kept.reserved, 0) <> coalesce(all_booked.reserved, 0)
"""
"""One row for each balance that differs, with by how much; none when the books are right. Reads the whole ledger."""


CHECK = text(DRIFT)
