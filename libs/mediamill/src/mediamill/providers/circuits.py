"""Circuits: a provider's model that fails again and again is left alone for a while, by all workers.

What is well has no row, so that a job on the happy path writes nothing here. Five failures in a row open a circuit;
while it is open nobody submits. When its rest is over exactly one job passes as a probe: its success closes the
circuit, its failure, or its death, begins another rest.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Select, select, text

from mediamill.db.prepared import Prepared
from mediamill.providers.model import CircuitRow

OPENS_AFTER = 5
"""So many failures in a row open a circuit."""
FIRST_REST_S = 10
LONGEST_REST_S = 300


def resting(rests: str) -> str:
    """Write the end of a rest as SQL: twice as long as the one before, give or take a fifth."""
    longest = f"least({FIRST_REST_S} * 2 ^ least({rests} - 1, 20), {LONGEST_REST_S})"
    return f"clock_timestamp() + make_interval(secs => {longest} * (0.8 + 0.4 * random()))"


def circuit_name(provider: str, model: str) -> str:
    """Write the name of a circuit as SQL, of the columns that hold its parts."""
    return f"{provider} || ' ' || {model}"


IS_RESTING = "(circuits.opened_at IS NOT NULL AND circuits.retry_at > clock_timestamp())"
"""Nobody submits, and no probe is due."""

PROBED = f"UPDATE circuits SET retry_at = {resting('circuits.rests')}"  # noqa: S608  # constants of this file
"""Take the place of the probe: whoever comes at the same time finds that it is not due any more. A probe that dies has
used up a rest and nothing else."""
IS_DUE = "circuits.opened_at IS NOT NULL AND circuits.retry_at <= clock_timestamp()"


class Failure(NamedTuple):
    """That a provider's model failed somebody."""

    provider: str
    model: str
    reason: str
    is_probe: bool
    """It was given the chance to show that it is well; others that fail while it rests were asked before."""


_FAILED = text(f"""
INSERT INTO circuits (provider, model, failures, reason) VALUES (:provider, :model, 1, :reason)
ON CONFLICT (provider, model) DO UPDATE SET
    failures = circuits.failures + 1,
    reason = excluded.reason,
    opened_at = CASE WHEN circuits.failures + 1 >= {OPENS_AFTER}
        THEN coalesce(circuits.opened_at, clock_timestamp()) END,
    rests = CASE WHEN circuits.opened_at IS NOT NULL THEN least(circuits.rests + CAST(:is_probe AS boolean)::int, 100)
        WHEN circuits.failures + 1 >= {OPENS_AFTER} THEN 1 ELSE 0 END,
    retry_at = CASE
        WHEN circuits.opened_at IS NOT NULL AND NOT CAST(:is_probe AS boolean) THEN circuits.retry_at
        WHEN circuits.opened_at IS NOT NULL THEN {resting("(circuits.rests + 1)")}
        WHEN circuits.failures + 1 >= {OPENS_AFTER} THEN {resting("1")} END
RETURNING opened_at IS NOT NULL AS is_open, failures = {OPENS_AFTER} AS has_just_opened,
    CAST(extract(epoch FROM retry_at - clock_timestamp()) AS double precision) AS rest_s
""")  # noqa: S608  # constants of this file

_SERVED = text("DELETE FROM circuits WHERE provider = :provider AND model = :model RETURNING failures")


def fail(failure: Failure) -> Prepared:
    """Count a failure. The row tells whether the circuit is open, whether this opened it, and for how long it rests."""
    return Prepared(_FAILED, failure._asdict())


def close(provider: str, model: str) -> Prepared:
    """Forget failures, because the model serves. The row tells how many there were; no row: none."""
    return Prepared(_SERVED, {"provider": provider, "model": model})


def troubled() -> Select[Any]:
    """Give every circuit that is open or has failures to show."""
    return select(CircuitRow.__table__).order_by(CircuitRow.provider, CircuitRow.model)
