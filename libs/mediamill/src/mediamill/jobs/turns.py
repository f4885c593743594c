"""Whose turn it is in a job's chain: chosen, journaled and written on the job by one statement.

It reads the operators' order, the switches and the circuits as they are now, so a change of theirs moves the next turn
of every job, with no restart. The choice is a step: a replay takes it from the journal and asks nobody.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text

from mediamill.db.prepared import Prepared
from mediamill.providers.circuits import IS_DUE, IS_RESTING, PROBED, circuit_name

STEP: Final = "chain"
"""The name of every turn's step."""


class Candidate(NamedTuple):
    """A link that may be chosen, and with which model it serves; nothing is counted against one without a model."""

    provider: str
    model: str | None


class Choice(NamedTuple):
    """A turn that is to be given."""

    job_id: UUID
    delivery: int
    ordinal: int
    attempt: int
    chain: int
    """The ordinal of the chain's first turn, by which its turns are known."""
    since: int
    """What was begun after this ordinal is left behind: what is bought, or may be, the conductor has cancelled."""
    kind: str
    first: str
    """The kind's first provider."""
    standard: Sequence[str]
    """The order where no operator has set one."""
    candidates: Sequence[Candidate]
    tried: Collection[str]
    """Who had a turn in this attempt already."""


_TURN = text(f"""
WITH held AS MATERIALIZED (
    SELECT id, tenant_id, provider, coalesce(pinned, provider IS DISTINCT FROM :first) AS is_pinned FROM jobs
    WHERE id = :job_id AND delivery = :delivery AND state = 'running' FOR NO KEY UPDATE
), wanted AS (
    SELECT CASE WHEN is_pinned THEN ARRAY[provider] ELSE coalesce(
        (SELECT providers FROM chains WHERE chains.kind = :kind AND chains.tenant_id = held.tenant_id),
        (SELECT providers FROM chains WHERE chains.kind = :kind AND chains.tenant_id IS NULL),
        CAST(:standard AS text[])) END AS providers
    FROM held
), offered AS MATERIALIZED (
    SELECT named.place, named.provider, link.model, circuits.opened_at, circuits.retry_at,
        coalesce(circuits.failures, 0) AS failures, coalesce({IS_RESTING}, false) AS is_resting
    FROM wanted CROSS JOIN LATERAL unnest(wanted.providers) WITH ORDINALITY AS named(provider, place)
    JOIN jsonb_to_recordset(CAST(:candidates AS jsonb)) AS link(provider text, model text) USING (provider)
    LEFT JOIN circuits ON circuits.provider = named.provider AND circuits.model = link.model
    WHERE NOT EXISTS (SELECT 1 FROM switches WHERE switches.provider = named.provider AND NOT switches.enabled)
), chosen AS MATERIALIZED (
    SELECT * FROM offered WHERE NOT is_resting AND provider <> ALL(CAST(:tried AS text[])) ORDER BY place LIMIT 1
), probed AS (
    {PROBED} FROM chosen
    WHERE CAST(:is_given AS boolean) AND circuits.provider = chosen.provider AND circuits.model = chosen.model
      AND {IS_DUE}
    RETURNING circuits.provider
), taken AS (
    SELECT provider FROM chosen
    WHERE CAST(:is_given AS boolean) AND (opened_at IS NULL OR EXISTS (SELECT 1 FROM probed))
), written AS (
    INSERT INTO steps (job_id, ordinal, name, type, state, result, delivery, started_at, finished_at)
    SELECT held.id, :ordinal, '{STEP}', 'step', 'done', jsonb_build_object('value', jsonb_build_object(
        'provider', taken.provider, 'attempt', CAST(:attempt AS integer), 'chain', CAST(:chain AS integer))),
        :delivery, clock_timestamp(), clock_timestamp()
    FROM held CROSS JOIN taken
    ON CONFLICT (job_id, ordinal) DO UPDATE SET delivery = excluded.delivery WHERE steps.delivery = excluded.delivery
    RETURNING result #>> '{{value,provider}}' AS provider
), leased AS (
    UPDATE leases SET provider = written.provider FROM held CROSS JOIN written
    WHERE leases.job_id = held.id AND leases.delivery = :delivery
      AND leases.provider IS DISTINCT FROM written.provider
), abandoned AS (
    UPDATE predictions SET state = 'cancel', next_at = clock_timestamp() FROM held CROSS JOIN written
    WHERE predictions.job_id = held.id AND predictions.ordinal > :since AND predictions.state IN ('intent', 'waiting')
), serving AS (
    UPDATE jobs SET provider = written.provider, pinned = held.is_pinned FROM held CROSS JOIN written
    WHERE jobs.id = held.id AND (jobs.provider IS DISTINCT FROM written.provider OR jobs.pinned IS NULL)
)
SELECT chosen.provider AS chosen, written.provider AS given, coalesce(chosen.failures, 0) AS failures,
    EXISTS (SELECT 1 FROM probed) AS is_probe,
    (SELECT CAST(extract(epoch FROM min(retry_at) - clock_timestamp()) AS double precision) FROM offered
        WHERE is_resting) AS rest_s,
    (SELECT string_agg({circuit_name("provider", "model")}, '|') FROM offered WHERE is_resting) AS resting,
    (SELECT bool_and(EXISTS (SELECT 1 FROM switches WHERE switches.provider = named AND NOT switches.enabled))
        FROM wanted CROSS JOIN LATERAL unnest(wanted.providers) AS named) AS is_all_off
FROM held LEFT JOIN chosen ON true LEFT JOIN written ON true
""")  # noqa: S608  # constants of this folder and its neighbour
"""A rival may take the probe between the look at its circuit and its row: then somebody is chosen and nobody given."""


def give(choice: Choice) -> Prepared:
    """Give a turn to the first in the order who can serve. No row back: the run has lost its job.

    ``given`` is who has it, ``None`` if nobody could; ``rest_s`` then tells when the first of those that rest may be
    asked, and ``resting`` names them; ``is_all_off`` tells that operators have switched off everybody in the order. The
    same turn given again, because the answer to the first one was lost, is as
    good as the first.
    """
    return _prepared(choice, is_given=True)


def look(choice: Choice) -> Prepared:
    """Tell who would be ``chosen``, and change nothing."""
    return _prepared(choice, is_given=False)


def _prepared(choice: Choice, *, is_given: bool) -> Prepared:
    candidates = json.dumps([one._asdict() for one in choice.candidates])
    values = choice._asdict() | {"candidates": candidates, "is_given": is_given}
    return Prepared(_TURN, values | {"standard": list(choice.standard), "tried": list(choice.tried)})


class Held(NamedTuple):
    """A turn that was given in an earlier run, and goes on."""

    job_id: UUID
    delivery: int
    since: int
    provider: str
    model: str | None


_STANDING = text(f"""
WITH held AS (
    SELECT id FROM jobs WHERE id = :job_id AND delivery = :delivery AND state = 'running' FOR SHARE
), probed AS (
    {PROBED} FROM held WHERE circuits.provider = :provider AND circuits.model = :model AND {IS_DUE}
    RETURNING circuits.provider
)
SELECT (coalesce(circuits.opened_at IS NOT NULL, false) AND NOT EXISTS (SELECT 1 FROM probed)) OR EXISTS (
        SELECT 1 FROM switches WHERE switches.provider = :provider AND NOT enabled) AS is_resting,
    EXISTS (SELECT 1 FROM probed) AS is_probe, coalesce(circuits.failures, 0) AS failures,
    EXISTS (SELECT 1 FROM predictions WHERE predictions.job_id = :job_id AND predictions.ordinal > :since
        AND predictions.state IN ('intent', 'waiting', 'cancel'))
    OR EXISTS (SELECT 1 FROM steps WHERE steps.job_id = :job_id AND steps.ordinal > :since
        AND steps.type = 'effect' AND steps.state = 'intent') AS is_begun
FROM held LEFT JOIN circuits ON circuits.provider = :provider AND circuits.model = :model
""")  # noqa: S608  # as above


def standing(held: Held) -> Prepared:
    """Tell whether the provider of a turn may be asked for something new, and whether it has begun anything.

    No row back: the run has lost its job.
    """
    return Prepared(_STANDING, held._asdict())
