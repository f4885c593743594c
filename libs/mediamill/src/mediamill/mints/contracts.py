"""The contracts that were deployed from here, and all that a key has sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, text

from mediamill.mints import book
from mediamill.mints.book import Sign, Terms

_NEWEST = text("""
SELECT * FROM mint_contracts WHERE chain_id = :chain_id AND (NOT :deployed OR deployed_at IS NOT NULL)
ORDER BY made_at DESC LIMIT 1
""")

_WRITE = text("""
INSERT INTO mint_contracts (chain_id, address, signer, nonce, tx_hash, raw)
VALUES (:chain_id, :address, :signer, :nonce, :tx_hash, :raw) RETURNING *
""")

_SEEN = text("""
UPDATE mint_contracts SET deployed_at = coalesce(deployed_at, clock_timestamp())
WHERE chain_id = :chain_id AND address = :address
""")

_SENT = text("""
SELECT '0x' || encode(raw, 'hex') FROM (
    SELECT nonce, raw FROM mint_contracts WHERE chain_id = :chain_id AND signer = :signer
    UNION ALL
    SELECT mints.nonce, tried.raw FROM mints JOIN mint_attempts AS tried USING (chain_id, contract, token_id, nonce)
    WHERE mints.chain_id = :chain_id AND mints.signer = :signer
        AND (mints.tx_hash IS NULL OR mints.tx_hash = tried.tx_hash)
) AS sent
WHERE nonce >= :first ORDER BY nonce
""")


def newest(connection: Connection, chain_id: int, *, deployed: bool = True) -> Any | None:
    """Give the newest contract of a chain; also one of which is not known yet whether it is there."""
    return connection.execute(_NEWEST, {"chain_id": chain_id, "deployed": deployed}).first()


def begin(
    connection: Connection, chain_id: int, terms: Terms, sign: Sign, address_of: Callable[[str, int], str]
) -> Any:
    """Sign a deployment and write it down, with the address that follows from its nonce; give its row."""
    nonce = book.lock(connection, chain_id, terms)
    signed = sign(nonce, terms.fees)
    facts = {"chain_id": chain_id, "signer": terms.signer, "nonce": nonce, "address": address_of(terms.signer, nonce)}
    row = connection.execute(_WRITE, {**facts, **signed._asdict()}).one()
    book.take(connection, chain_id, terms.signer)
    return row


def is_there(connection: Connection, chain_id: int, address: str) -> None:
    """Write down that a contract was seen on its chain."""
    connection.execute(_SEEN, {"chain_id": chain_id, "address": address})


def sent(connection: Connection, chain_id: int, signer: str, first: int) -> list[str]:
    """Give the transactions of a key from a nonce on, in hex and in order: what a chain that was lost must be sent."""
    named = {"chain_id": chain_id, "signer": signer, "first": first}
    return list(connection.execute(_SENT, named).scalars())
