"""What has become of a mint, judged from what the chain says: values in, a verdict out, nothing asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mediamill.mints.book import End
from mediamill.mints.model import MintState
from mediamill.mints.queries import Watched
from mediamill_vendors.evm.chain import Head, Receipt
from mediamill_vendors.evm.token import Event, Place


class Counts(NamedTuple):
    """How many transactions of a key the chain has: all, and as deep as makes them final."""

    now: int
    deep: int


class Limits(NamedTuple):
    """When a mint is final, and when it is outbid."""

    confirmations: int
    stuck_s: float
    most_fee: int
    """Wei per gas."""


class Facts(NamedTuple):
    """What the chain says of the mints that are looked at."""

    head: Head
    receipts: Mapping[str, Receipt]
    counts: Mapping[str, Counts]
    events: Mapping[Place, Event]
    """The mints of tokens that are there though none of our transactions has a receipt that says so."""
    pooled: frozenset[str]
    """Transactions that the node knows."""


class Ends(NamedTuple):
    """It has ended, and this is how."""

    end: End


class Waits(NamedTuple):
    """It is on its way."""

    unsent: bool = False
    """The node knows none of its transactions: they must be sent again."""


class Stuck(NamedTuple):
    """It stands at the head of its key's line and pays too little."""

    outbid: str
    """The transaction to be outbid."""


Verdict = Ends | Waits | Stuck


def place_of(watched: Watched) -> Place:
    """Tell where a mint's token is."""
    return Place(watched.mint.chain_id, watched.mint.contract, watched.mint.token_id)


def judge(watched: Watched, facts: Facts, limits: Limits) -> Verdict:
    """Judge one mint under way."""
    receipt = next((facts.receipts[t.tx_hash] for t in watched.attempts if t.tx_hash in facts.receipts), None)
    event = facts.events.get(place_of(watched))
    if receipt is not None and receipt.is_ok:
        return _when_deep(receipt, MintState.MINTED, facts, limits)
    if event is not None:
        # Another transaction made it: one of ours that was never written down, or another key's. It is the same token.
        fee_wei = receipt.fee_wei if receipt is not None else 0
        end = End(MintState.MINTED, event.tx_hash, event.block_number, event.block_hash, fee_wei)
        return Ends(end) if _is_deep(event.block_number, facts, limits) else Waits()
    if receipt is not None:
        return _when_deep(receipt, MintState.FAILED, facts, limits)
    if facts.counts[watched.mint.signer].deep > watched.mint.nonce:
        return Ends(End(MintState.FAILED, None, None, None, 0))
    return _in_line(watched, facts, limits)


def _in_line(watched: Watched, facts: Facts, limits: Limits) -> Verdict:
    """Judge a mint of which no block knows; some nodes keep what pays less than the chain asks for, some drop it."""
    newest = watched.attempts[0]
    is_first = facts.counts[watched.mint.signer].now == watched.mint.nonce
    is_pooled = any(attempt.tx_hash in facts.pooled for attempt in watched.attempts)
    may_pay_more = newest.max_fee + newest.max_fee // 10 + 1 <= limits.most_fee
    pays_too_little = is_pooled or newest.max_fee < facts.head.base_fee
    if is_first and watched.age_s >= limits.stuck_s and may_pay_more and pays_too_little:
        return Stuck(newest.tx_hash)
    return Waits(unsent=not is_pooled)


def _when_deep(receipt: Receipt, state: MintState, facts: Facts, limits: Limits) -> Verdict:
    """Take a receipt as the end once no reorganisation will undo it."""
    if not _is_deep(receipt.block_number, facts, limits):
        return Waits()
    return Ends(End(state, receipt.tx_hash, receipt.block_number, receipt.block_hash, receipt.fee_wei))


def _is_deep(block: int, facts: Facts, limits: Limits) -> bool:
    return facts.head.number - block + 1 >= limits.confirmations
