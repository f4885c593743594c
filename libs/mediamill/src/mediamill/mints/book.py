"""The book of mints: what is signed is written down in the transaction that takes its nonce, before anybody is sent it.

Every verb may be repeated: a token that is in the book is given as it is, an end is written once. The lock of a key's
row orders all that is signed with it, so that neither a crash nor a race leaves a nonce out.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, text

from mediamill.errors import Permanent, ProviderDown, RateLimited
from mediamill.mints.model import MintState

CROWDED_S = 5.0
RAISE = Decimal("1.25")
"""A transaction is replaced by one that pays at least a tenth more; some nodes want more, so it is a quarter."""


class OverSpendingCap(Permanent):
    """The tenant's mints may not cost more today; nothing was signed."""

    code, status = "over-spending-cap", 402
    is_refusal = True


class KeyUsedElsewhere(ProviderDown):
    """The minting key has signed transactions that are not of this installation; nothing more is signed with it."""

    code = "key-used-elsewhere"
    is_refusal = True


class Order(NamedTuple):
    """A token that is to be minted."""

    chain_id: int
    contract: str
    token_id: str
    job_id: UUID
    sha256: str
    edition: int
    recipient: str
    uri: str


class Fees(NamedTuple):
    """What is paid, in wei per gas: all in all, and to who builds the block."""

    max_fee: int
    tip: int

    def above(self, other: Fees, most: int) -> Fees | None:
        """Give fees that replace others and are no less than these; ``None`` where that is more than is allowed."""
        max_fee = max(self.max_fee, int(other.max_fee * RAISE) + 1)
        tip = max(self.tip, int(other.tip * RAISE) + 1)
        least = other.max_fee + other.max_fee // 10 + 1
        return Fees(min(max_fee, most), min(tip, most)) if least <= most else None


class Terms(NamedTuple):
    """Under which terms something is signed."""

    signer: str
    chain_nonce: int
    """How many transactions of the key the chain has seen."""
    gas: int
    fees: Fees
    most_fee: int
    """Wei per gas that are never exceeded."""
    cap_of: Callable[[UUID], int | None]
    """What a tenant's mints of a day may cost, in wei."""
    in_flight: int
    """So many of a key's transactions may be on their way; nodes drop what is beyond theirs."""


class Signed(NamedTuple):
    """A signed transaction."""

    tx_hash: str
    raw: bytes


Sign = Callable[[int, Fees], Signed]
"""Signs under a nonce and with fees. It must not fail for long: a key's row is locked meanwhile."""


class End(NamedTuple):
    """How a mint ended."""

    state: MintState
    tx_hash: str | None
    block_number: int | None
    block_hash: str | None
    fee_wei: int


class Spending(NamedTuple):
    """What a tenant is about to spend, and on which day; none: today."""

    tenant_id: UUID
    chain_id: int
    wei: int
    day: date | None = None


_LOCK = text("""
INSERT INTO mint_signers AS known (chain_id, address, next_nonce) VALUES (:chain_id, :signer, :chain_nonce)
ON CONFLICT (chain_id, address) DO UPDATE SET next_nonce = known.next_nonce RETURNING next_nonce
""")

_TAKE = text("UPDATE mint_signers SET next_nonce = next_nonce + 1 WHERE chain_id = :chain_id AND address = :signer")

_FIND = text("SELECT * FROM mints WHERE chain_id = :chain_id AND contract = :contract AND token_id = :token_id")

_IN_FLIGHT = text("SELECT count(*) FROM mints WHERE chain_id = :chain_id AND signer = :signer AND state = 'signed'")

_TENANT = text("SELECT tenant_id FROM jobs WHERE id = :job_id")

_SPEND = text("""
INSERT INTO mint_spending AS spent (tenant_id, chain_id, day, wei)
SELECT :tenant_id, :chain_id, coalesce(CAST(:day AS date), (now() AT TIME ZONE 'UTC')::date), CAST(:wei AS numeric)
WHERE CAST(:wei AS numeric) <= coalesce(CAST(:cap AS numeric), CAST(:wei AS numeric))
ON CONFLICT (tenant_id, chain_id, day) DO UPDATE SET wei = spent.wei + excluded.wei
WHERE spent.wei + excluded.wei <= coalesce(CAST(:cap AS numeric), spent.wei + excluded.wei)
RETURNING wei
""")

_WRITE = text("""
INSERT INTO mints (chain_id, contract, token_id, tenant_id, job_id, sha256, edition, recipient, uri, state, signer,
    nonce, gas, most_wei)
VALUES (:chain_id, :contract, :token_id, :tenant_id, :job_id, :sha256, :edition, :recipient, :uri, 'signed', :signer,
    :nonce, :gas, :wei)
ON CONFLICT (chain_id, contract, token_id) DO UPDATE
SET tenant_id = excluded.tenant_id, job_id = excluded.job_id, recipient = excluded.recipient, uri = excluded.uri,
    state = 'signed', signer = excluded.signer, nonce = excluded.nonce, gas = excluded.gas, day = excluded.day,
    most_wei = excluded.most_wei, tx_hash = NULL, block_number = NULL, block_hash = NULL, made_at = now(),
    ended_at = NULL
WHERE mints.state = 'failed'
RETURNING *
""")

_ATTEMPT = text("""
INSERT INTO mint_attempts (tx_hash, chain_id, contract, token_id, nonce, raw, max_fee, tip)
VALUES (:tx_hash, :chain_id, :contract, :token_id, :nonce, :raw, :max_fee, :tip)
""")

_NEWEST = text("""
SELECT mints.*, newest.tx_hash AS newest_hash, newest.max_fee, newest.tip FROM mint_attempts AS named
JOIN mints USING (chain_id, contract, token_id)
JOIN LATERAL (
    SELECT tx_hash, max_fee, tip FROM mint_attempts AS any_of
    WHERE (any_of.chain_id, any_of.contract, any_of.token_id) = (mints.chain_id, mints.contract, mints.token_id)
        AND any_of.nonce = mints.nonce
    ORDER BY max_fee DESC LIMIT 1
) AS newest ON true
WHERE named.tx_hash = :tx_hash
""")

_DEARER = text("""
UPDATE mints SET most_wei = most_wei + :wei
WHERE chain_id = :chain_id AND contract = :contract AND token_id = :token_id AND state = 'signed'
""")

_END = text("""
WITH ended AS (
    UPDATE mints SET state = :state, tx_hash = :tx_hash, block_number = :block_number, block_hash = :block_hash,
        ended_at = clock_timestamp(), most_wei = CAST(:fee_wei AS numeric)
    FROM (
        SELECT chain_id, contract, token_id, most_wei AS held_wei FROM mints
        WHERE chain_id = :chain_id AND contract = :contract AND token_id = :token_id AND state = 'signed'
        FOR UPDATE
    ) AS held
    WHERE mints.chain_id = held.chain_id AND mints.contract = held.contract AND mints.token_id = held.token_id
    RETURNING mints.tenant_id, mints.chain_id, mints.day, held.held_wei
), freed AS (
    UPDATE mint_spending AS spent SET wei = greatest(0, spent.wei - ended.held_wei + CAST(:fee_wei AS numeric))
    FROM ended WHERE spent.tenant_id = ended.tenant_id AND spent.chain_id = ended.chain_id AND spent.day = ended.day
)
SELECT count(*) FROM ended
""")

_ADOPT = text("""
INSERT INTO mints (chain_id, contract, token_id, tenant_id, job_id, sha256, edition, recipient, uri, state, tx_hash,
    block_number, block_hash, ended_at)
VALUES (:chain_id, :contract, :token_id, :tenant_id, :job_id, :sha256, :edition, :recipient, :uri, 'minted', :tx_hash,
    :block_number, :block_hash, clock_timestamp())
ON CONFLICT (chain_id, contract, token_id) DO NOTHING
""")


def find(connection: Connection, chain_id: int, contract: str, token_id: str) -> Any | None:
    """Give a token's row, if it is in the book."""
    return connection.execute(_FIND, {"chain_id": chain_id, "contract": contract, "token_id": token_id}).first()


def lock(connection: Connection, chain_id: int, terms: Terms) -> int:
    """Have a key for this transaction and give its next nonce. Raises ``KeyUsedElsewhere``."""
    named = {"chain_id": chain_id, "signer": terms.signer, "chain_nonce": terms.chain_nonce}
    nonce: int = connection.execute(_LOCK, named).scalar_one()
    if terms.chain_nonce > nonce:
        raise KeyUsedElsewhere(f"{terms.signer} has sent {terms.chain_nonce} transactions, of which we know {nonce}.")
    return nonce


def take(connection: Connection, chain_id: int, signer: str) -> None:
    """Count a locked key's nonce up, since something was signed with it."""
    connection.execute(_TAKE, {"chain_id": chain_id, "signer": signer})


def begin(connection: Connection, order: Order, terms: Terms, sign: Sign) -> Any:
    """Sign a token's mint and write it down, unless it is in the book already; give its row.

    Raises ``OverSpendingCap``, ``RateLimited`` when too much is on its way, or ``KeyUsedElsewhere``.
    """
    nonce = lock(connection, order.chain_id, terms)
    found = find(connection, order.chain_id, order.contract, order.token_id)
    if found is not None and found.state != MintState.FAILED:
        return found
    signer = {"chain_id": order.chain_id, "signer": terms.signer}
    if connection.execute(_IN_FLIGHT, signer).scalar_one() >= terms.in_flight:
        raise RateLimited(f"{terms.in_flight} mints are on their way.", retry_after_s=CROWDED_S)
    tenant_id = connection.execute(_TENANT, {"job_id": order.job_id}).scalar_one()
    wei = terms.gas * terms.fees.max_fee
    _spend(connection, Spending(tenant_id, order.chain_id, wei), terms)
    signed = sign(nonce, terms.fees)
    facts = order._asdict() | signer | {"tenant_id": tenant_id, "nonce": nonce, "gas": terms.gas, "wei": wei}
    row = connection.execute(_WRITE, facts).one()
    _attempt(connection, row, signed, terms.fees)
    take(connection, order.chain_id, terms.signer)
    return row


def outbid(connection: Connection, chain_id: int, tx_hash: str, terms: Terms, sign_for: Callable[[Any], Sign]) -> bool:
    """Sign a mint anew under its nonce, with higher fees, if a transaction is still the newest of a mint under way.

    False: somebody did so already, it has ended, or no more may be paid. Raises ``OverSpendingCap``.
    """
    lock(connection, chain_id, terms)
    mint = connection.execute(_NEWEST, {"tx_hash": tx_hash}).first()
    if mint is None or mint.state != MintState.SIGNED or mint.newest_hash != tx_hash or mint.signer != terms.signer:
        return False
    paid = Fees(int(mint.max_fee), int(mint.tip))
    fees = terms.fees.above(paid, terms.most_fee)
    if fees is None:
        return False
    wei = mint.gas * (fees.max_fee - paid.max_fee)
    _spend(connection, Spending(mint.tenant_id, chain_id, wei, mint.day), terms)
    connection.execute(_DEARER, _token(mint) | {"wei": wei})
    _attempt(connection, mint, sign_for(mint)(mint.nonce, fees), fees)
    return True


def finish(connection: Connection, mint: Any, end: End) -> bool:
    """Write a mint's end down, and free what it did not cost. False: it had ended."""
    return bool(connection.execute(_END, {**_token(mint), **end._asdict()}).scalar_one())


def adopt(connection: Connection, order: Order, end: End) -> None:
    """Write down a token that the chain has and the book has not, as after the loss of a database."""
    tenant_id = connection.execute(_TENANT, {"job_id": order.job_id}).scalar_one()
    facts = end._asdict()
    facts.pop("state"), facts.pop("fee_wei")
    connection.execute(_ADOPT, {**order._asdict(), **facts, "tenant_id": tenant_id})


def _spend(connection: Connection, spending: Spending, terms: Terms) -> None:
    cap = terms.cap_of(spending.tenant_id)
    if connection.execute(_SPEND, {**spending._asdict(), "cap": cap}).first() is None:
        raise OverSpendingCap(f"It may cost {spending.wei} wei, and {cap} wei are the cap of a day.")


def _attempt(connection: Connection, mint: Any, signed: Signed, fees: Fees) -> None:
    facts = {**signed._asdict(), **fees._asdict(), "nonce": mint.nonce}
    connection.execute(_ATTEMPT, _token(mint) | facts)


def _token(mint: Any) -> dict[str, Any]:
    return {"chain_id": mint.chain_id, "contract": mint.contract, "token_id": mint.token_id}
