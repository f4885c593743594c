"""What becomes of a mint, by what the chain says: each row of the table that the conductor acts by."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediamill.mints.book import Fees
from mediamill.mints.model import MintState
from mediamill.mints.queries import Attempt, Watched
from mediamill_vendors.evm.chain import Head, Receipt
from mediamill_vendors.evm.judging import Counts, Ends, Facts, Limits, Stuck, Waits, judge, place_of
from mediamill_vendors.evm.token import Event

MINT = SimpleNamespace(chain_id=1, contract="0xc", token_id="0a", signer="0xs", nonce=5)
CHEAP, DEAR = Attempt("0xcheap", "0x", 10), Attempt("0xdear", "0x", 20)
LIMITS = Limits(confirmations=3, stuck_s=60, most_fee=100)


def watched(*attempts: Attempt, age_s: float = 1) -> Watched:
    return Watched(MINT, attempts or (CHEAP,), age_s)


def receipt(tx_hash: str = "0xcheap", block: int = 8, *, is_ok: bool = True) -> dict[str, Receipt]:
    return {tx_hash: Receipt(tx_hash, block, "0xb", is_ok, 77, None)}


def facts(**told: Any) -> Facts:
    known: dict[str, Any] = {
        "head": Head(10, 5),
        "receipts": {},
        "counts": {"0xs": Counts(5, 5)},
        "events": {},
        "pooled": frozenset({"0xcheap"}),
    }
    return Facts(**(known | told))


def event(block: int) -> dict[Any, Event]:
    return {place_of(watched()): Event("0a", "0xr", "0xk", "ipfs://", "0xstrange", block, "0xb")}


def test_a_receipt_is_an_end_when_it_is_deep_and_not_before() -> None:
    deep, shallow = receipt(block=8), receipt(block=9)

    ended = judge(watched(), facts(receipts=deep), LIMITS)

    assert isinstance(ended, Ends)
    assert (ended.end.state, ended.end.tx_hash, ended.end.fee_wei) == (MintState.MINTED, "0xcheap", 77)
    assert judge(watched(), facts(receipts=shallow), LIMITS) == Waits()


def test_an_undone_transaction_is_a_failure_when_it_is_deep_unless_the_token_is_there() -> None:
    undone = receipt(is_ok=False)

    failed = judge(watched(), facts(receipts=undone), LIMITS)
    there = judge(watched(), facts(receipts=undone, events=event(7)), LIMITS)

    assert isinstance(failed, Ends)
    assert failed.end.state == MintState.FAILED
    assert isinstance(there, Ends)
    assert (there.end.state, there.end.tx_hash, there.end.fee_wei) == (MintState.MINTED, "0xstrange", 77)


def test_the_receipt_of_any_attempt_counts() -> None:
    ended = judge(watched(DEAR, CHEAP), facts(receipts=receipt("0xcheap")), LIMITS)

    assert isinstance(ended, Ends)
    assert ended.end.tx_hash == "0xcheap"


def test_a_token_that_a_strange_transaction_made_is_an_end_when_that_is_deep() -> None:
    assert isinstance(judge(watched(), facts(events=event(8)), LIMITS), Ends)
    assert judge(watched(), facts(events=event(9)), LIMITS) == Waits()


@pytest.mark.parametrize(("deep", "is_over"), [(6, True), (5, False)])
def test_a_nonce_that_is_used_by_another_ends_the_mint_only_when_that_is_deep(deep: int, is_over: bool) -> None:
    verdict = judge(watched(), facts(counts={"0xs": Counts(6, deep)}), LIMITS)

    assert isinstance(verdict, Ends) is is_over


def test_what_the_node_does_not_know_is_sent_again() -> None:
    assert judge(watched(), facts(pooled=frozenset()), LIMITS) == Waits(unsent=True)


@pytest.mark.parametrize(
    ("told", "age_s", "fee", "is_stuck"),
    [
        ({}, 61, 10, True),
        ({}, 59, 10, False),
        ({"counts": {"0xs": Counts(4, 4)}}, 61, 10, False),
        ({}, 61, 95, False),
        ({"pooled": frozenset()}, 61, 10, False),
        ({"pooled": frozenset(), "head": Head(10, 11)}, 61, 10, True),
    ],
    ids=["first and old", "young", "behind another", "at the cap", "forgotten", "dropped as too cheap"],
)
def test_only_the_first_of_a_keys_line_that_is_old_and_may_pay_more_is_stuck(
    told: dict[str, Any], age_s: float, fee: int, is_stuck: bool
) -> None:
    verdict = judge(watched(CHEAP._replace(max_fee=fee), age_s=age_s), facts(**told), LIMITS)

    assert (verdict == Stuck("0xcheap")) is is_stuck


@given(st.integers(1, 10**12), st.integers(1, 10**12), st.integers(1, 10**12), st.integers(1, 10**13))
def test_a_replacement_pays_a_tenth_more_at_least_and_never_more_than_allowed(
    paid: int, tip: int, now: int, most: int
) -> None:
    raised = Fees(now, min(tip, now)).above(Fees(paid, min(tip, paid)), most)

    if raised is None:
        assert paid + paid // 10 + 1 > most
    else:
        assert paid * 1.1 < raised.max_fee + 1
        assert max(raised) <= most
