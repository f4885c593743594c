"""The journal of effects: intent and refusal, by which nothing was done. Results are written as those of steps are."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text

from mediamill.db.prepared import Prepared
from mediamill.providers.protocol import Failure


class Deed(NamedTuple):
    """An effect of a run that is about to be done."""

    job_id: UUID
    delivery: int
    ordinal: int
    name: str
    purchase: int
    """1, then one more for each time that it is done anew because nobody can tell what became of it."""


_HELD = "SELECT id FROM jobs WHERE id = :job_id AND delivery = :delivery AND state = 'running' FOR SHARE"

_INTEND = text(f"""
WITH held AS ({_HELD})
INSERT INTO steps (job_id, ordinal, name, type, state, result, delivery, started_at)
SELECT id, :ordinal, :name, 'effect', 'intent',
    jsonb_build_object('value', NULL, 'purchase', CAST(:purchase AS integer)), :delivery, clock_timestamp()
FROM held
ON CONFLICT (job_id, ordinal) DO UPDATE
SET state = 'intent', result = excluded.result, delivery = excluded.delivery, finished_at = NULL
WHERE steps.state <> 'done'
RETURNING ordinal
""")  # noqa: S608  # a constant

_REFUSE = text(f"""
WITH held AS ({_HELD})
UPDATE steps SET state = 'refused', finished_at = clock_timestamp(), result = jsonb_build_object('value', NULL,
    'purchase', CAST(:purchase AS integer), 'attempt', CAST(:attempt AS integer), 'failure', CAST(:failure AS jsonb))
FROM held WHERE steps.job_id = held.id AND steps.ordinal = :ordinal AND steps.state = 'intent'
RETURNING steps.ordinal
""")  # noqa: S608  # a constant


def intend(deed: Deed) -> Prepared:
    """Write an intent down. No row back: the run has lost its job."""
    return Prepared(_INTEND, deed._asdict())


def refuse(deed: Deed, attempt: int, failure: Failure) -> Prepared:
    """Write down that nothing was done, and why: only another attempt of the job asks again.

    No row back: the run has lost its job.
    """
    facts = deed._asdict() | {"attempt": attempt, "failure": failure.model_dump_json()}
    facts.pop("name")
    return Prepared(_REFUSE, facts)
