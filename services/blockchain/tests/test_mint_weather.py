"""Whatever the chain does to a mint, there is one token in the end, or it is said why there is none. On a real node."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mediamill.mints.book import KeyUsedElsewhere
from mediamill.mints.model import MintState
from mediamill_testing.mintbench import Bench
from mediamill_vendors.evm import token
from mediamill_vendors.evm.signing import Draft

RECIPIENT = "0x" + "ab" * 20
SHA256 = "5a" * 32
Asked = Callable[..., dict[str, Any]]


def test_a_replacement_that_was_sent_and_not_written_down_is_found_by_its_token(bench: Bench) -> None:
    ticket = bench.submit()
    known, row = bench.attempts()[0], bench.row()
    data = token.mint_call(bench.wanted.place, RECIPIENT, "ipfs://metadata", bench.effect.job_id)
    dearer = Draft(31337, row.nonce, bench.mint.contract, data, row.gas, int(known.max_fee) * 2, int(known.tip) * 2)
    signed = bench.mint.signer.sign(dearer)
    bench.mint.chain.ask("eth_sendRawTransaction", f"0x{signed.raw.hex()}")
    bench.mint.chain.mine()

    ended = bench.ended(ticket)

    assert ended is not None
    assert ended.output["tx_hash"] == signed.tx_hash != known.tx_hash
    assert bench.tokens() == 1


def test_a_block_that_is_undone_before_it_is_deep_is_no_end_and_its_mint_is_sent_again(bench: Bench) -> None:
    way, chain = bench.way(confirmations=3), bench.mint.chain
    ticket = bench.submit(way)
    chain.mine()
    assert bench.tokens() == 1
    assert bench.ended(ticket, way) is None

    chain.ask("anvil_reorg", 1, [])
    assert bench.tokens() == 0
    assert bench.ended(ticket, way) is None
    chain.mine()
    assert bench.ended(ticket, way) is None
    chain.mine(2)

    ended = bench.ended(ticket, way)
    assert ended is not None
    assert (ended.output["confirmations"], bench.tokens()) == (3, 1)


def test_a_transaction_that_pays_too_little_is_outbid_under_its_nonce_and_is_one_token(bench: Bench) -> None:
    way, chain = bench.way(stuck_s=0), bench.mint.chain
    ticket = bench.submit(way)
    [cheap] = bench.attempts()
    chain.ask("anvil_setNextBlockBaseFeePerGas", hex(int(cheap.max_fee) * 3 // 2))
    chain.mine()
    assert bench.tokens() == 0

    stuck = bench.ended(ticket, way)
    assert stuck is not None
    assert stuck.output["outbid"] == cheap.tx_hash
    again = bench.submit(way, outbid=cheap.tx_hash)
    bench.submit(way, outbid=cheap.tx_hash)
    chain.mine()

    ended = bench.ended(again, way)
    assert ended is not None
    assert ended.output["outcome"] == "minted"
    assert [attempt.nonce for attempt in bench.attempts()] == [cheap.nonce] * 2
    assert ended.output["tx_hash"] == bench.attempts()[1].tx_hash
    assert (bench.tokens(), bench.next_nonce()) == (1, cheap.nonce + 1)


def test_a_mint_that_the_contract_undoes_ends_as_failed_and_another_attempt_takes_a_new_nonce(bench: Bench) -> None:
    ticket = bench.submit()
    nonce = bench.row().nonce
    bench.mint.chain.ask("anvil_dropAllTransactions")
    bench.mint.set_minter(allowed=False)
    bench.mint.chain.mine()
    bench.ended(ticket)
    bench.mint.chain.mine()

    ended = bench.ended(ticket)
    assert ended is not None
    assert ended.failure is not None
    assert "undid" in ended.failure.message
    assert bench.row().state == MintState.FAILED
    bench.mint.set_minter(allowed=True)
    bench.mint.chain.mine()
    again = bench.submit()
    bench.mint.chain.mine()
    assert bench.ended(again) is not None
    assert (bench.row().state, bench.row().nonce, bench.tokens()) == (MintState.MINTED, nonce + 1, 1)


def test_a_key_that_somebody_else_uses_too_signs_nothing_more(bench: Bench) -> None:
    chain, before = bench.mint.chain, bench.next_nonce()
    chain.act(bench.mint.signer, RECIPIENT, "0x", gas=30_000)
    chain.mine()

    with pytest.raises(KeyUsedElsewhere, match="of which we know"):
        bench.submit()

    assert (bench.next_nonce(), bench.row()) == (before, None)


def test_a_nonce_that_is_taken_by_a_strange_transaction_ends_its_mint_once_that_is_final(bench: Bench) -> None:
    way, chain = bench.way(confirmations=2), bench.mint.chain
    ticket = bench.submit(way)
    chain.ask("anvil_dropAllTransactions")
    chain.act(bench.mint.signer, RECIPIENT, "0x", gas=30_000)
    chain.mine()
    assert bench.ended(ticket, way) is None
    chain.mine()

    ended = bench.ended(ticket, way)

    assert ended is not None
    assert ended.failure is not None
    assert "not ours" in ended.failure.message
    assert (bench.row().state, bench.tokens()) == (MintState.FAILED, 0)
