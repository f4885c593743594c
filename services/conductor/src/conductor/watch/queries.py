"""The statements of the watch."""

from __future__ import annotations

from sqlalchemy import text

DUE_IN_S = text("""
SELECT extract(epoch FROM next_at - clock_timestamp())::double precision AS due_in_s
FROM predictions WHERE vendor = :vendor AND next_at IS NOT NULL ORDER BY next_at LIMIT 1
""")

CLAIM = text("""
WITH due AS (
    SELECT job_id, ordinal FROM predictions
    WHERE vendor = :vendor AND next_at <= now() ORDER BY next_at LIMIT :batch FOR UPDATE SKIP LOCKED
)
UPDATE predictions AS known SET polls = least(polls + 1, 32000),
    next_at = now() + make_interval(
        secs => (0.8 + 0.4 * random()) * least(:step_s * 2 ^ least(polls, 20), :slowest_s)::double precision)
FROM due JOIN jobs ON jobs.id = due.job_id
WHERE known.job_id = due.job_id AND known.ordinal = due.ordinal
RETURNING known.job_id, known.ordinal, known.purchase, known.vendor_id, known.token_hash, known.state, known.begun_at,
    jobs.state IN ('succeeded', 'failed', 'canceled') AS is_over,
    now() - known.begun_at > make_interval(secs => :forgotten_s) AS is_forgotten
""")
"""Due ones, with their next time written already: whoever claims them and dies has lost one look, and two conductors
never look at the same. No transaction is open while the vendor is asked."""

OUTSTANDING = text("SELECT count(*) FROM predictions WHERE vendor = :vendor AND next_at IS NOT NULL")

POSTPONE = text("""
UPDATE predictions SET next_at = greatest(next_at, now() + make_interval(secs => :seconds * (1 + 0.2 * random()))),
    polls = greatest(polls - 1, 0)
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS row(job_id uuid, ordinal integer)
WHERE predictions.job_id = row.job_id AND predictions.ordinal = row.ordinal AND next_at IS NOT NULL
""")
"""Looks that did not take place do not count."""
