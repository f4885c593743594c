"""What is read of the book of mints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, text

from mediamill.mints.model import MintState


class Attempt(NamedTuple):
    """A signed transaction of a mint under way."""

    tx_hash: str
    raw: str
    """In hex, as a node takes it."""
    max_fee: int


class Watched(NamedTuple):
    """A mint and its transactions under its nonce, the dearest first."""

    mint: Any
    """Its row."""
    attempts: tuple[Attempt, ...]
    age_s: float
    """Since the newest was signed."""


_WATCHED = text("""
SELECT mints.*, tries.attempts, extract(epoch FROM clock_timestamp() - tries.newest_at)::double precision AS age_s
FROM mints LEFT JOIN jobs ON jobs.id = mints.job_id
LEFT JOIN LATERAL (
    SELECT max(made_at) AS newest_at, jsonb_agg(jsonb_build_array(tx_hash, '0x' || encode(raw, 'hex'), max_fee::text)
        ORDER BY max_fee DESC) AS attempts
    FROM mint_attempts AS tried
    WHERE (tried.chain_id, tried.contract, tried.token_id) = (mints.chain_id, mints.contract, mints.token_id)
        AND tried.nonce = mints.nonce
) AS tries ON true
WHERE mints.chain_id = :chain_id AND (
    (mints.contract, mints.token_id) IN (SELECT * FROM unnest(CAST(:contracts AS text[]), CAST(:tokens AS text[])))
    OR (mints.state = 'signed' AND (jobs.id IS NULL OR jobs.state IN ('succeeded', 'failed', 'canceled')))
)
ORDER BY mints.signer, mints.nonce
""")
"""Those that are asked for, and those under way whose job is over: nobody waits, but others are behind them."""

_NUMBERS = text("SELECT state, count(*)::int AS n FROM mints WHERE chain_id = :chain_id GROUP BY state")

_SPENT = text("""
SELECT tenant_id, wei FROM mint_spending WHERE chain_id = :chain_id AND day = (now() AT TIME ZONE 'UTC')::date
ORDER BY wei DESC
""")

_NEXT = text("SELECT next_nonce FROM mint_signers WHERE chain_id = :chain_id AND address = :signer")

_NAMED = text("SELECT * FROM mint_attempts WHERE tx_hash = :tx_hash")


def watched(connection: Connection, chain_id: int, tokens: Sequence[tuple[str, str]]) -> list[Watched]:
    """Give mints by contract and token id, and those that nobody waits for any more."""
    named = {"contracts": [contract for contract, _ in tokens], "tokens": [token for _, token in tokens]}
    return [
        Watched(
            row, tuple(Attempt(tx_hash, raw, int(fee)) for tx_hash, raw, fee in row.attempts or ()), row.age_s or 0.0
        )
        for row in connection.execute(_WATCHED, {"chain_id": chain_id, **named})
    ]


def named(connection: Connection, tx_hash: str) -> Any:
    """Give the mint that a transaction belongs to. Raises ``NoResultFound``."""
    return connection.execute(_NAMED, {"tx_hash": tx_hash}).one()


def numbers(connection: Connection, chain_id: int) -> dict[str, int]:
    """Tell how many mints of a chain are in each state."""
    found = {row.state: row.n for row in connection.execute(_NUMBERS, {"chain_id": chain_id})}
    return {state.value: found.get(state.value, 0) for state in MintState}


def spent_today(connection: Connection, chain_id: int) -> dict[UUID, int]:
    """Tell what each tenant's mints of this day (UTC) have cost or may cost, in wei."""
    return {row.tenant_id: int(row.wei) for row in connection.execute(_SPENT, {"chain_id": chain_id})}


def next_nonce(connection: Connection, chain_id: int, signer: str) -> int:
    """Tell how many transactions were signed with a key."""
    return connection.execute(_NEXT, {"chain_id": chain_id, "signer": signer}).scalar() or 0
