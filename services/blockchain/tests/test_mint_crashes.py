"""Whoever dies around a mint, and whatever gets lost, there is one token in the end. On a real node."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from mediamill import clock
from mediamill.db.session import Database
from mediamill.mints import book
from mediamill.mints.book import Fees, Signed
from mediamill.settings import settings
from mediamill_testing.harness import Mill
from mediamill_testing.mintbench import Bench, Died
from mediamill_testing.plugin import fresh_database
from mediamill_testing.stacks import until
from mediamill_testing.testchain import Mint, anvil_chain, minting
from mediamill_vendors.evm import token
from mediamill_vendors.evm.minter import Minter
from mediamill_vendors.evm.vendor import Evm

RECIPIENT = "0x" + "ab" * 20
SHA256 = "5a" * 32
Asked = Callable[..., dict[str, Any]]


def test_a_crash_before_the_commit_burns_no_nonce(bench: Bench) -> None:
    way, before = bench.way(), bench.next_nonce()
    minter = Minter(way)

    def dies(nonce: int, fees: Fees) -> Signed:
        raise Died

    order = book.Order(*bench.wanted.place, bench.effect.job_id, SHA256, 1, RECIPIENT, "ipfs://metadata")
    terms = book.Terms(bench.mint.signer.address, before, 1, Fees(1, 1), 1, lambda _: None, 9)
    with pytest.raises(Died):
        way.db.run(lambda c: book.begin(c, order, terms, dies))

    assert (bench.next_nonce(), bench.row()) == (before, None)
    ticket = minter.submit(bench.wanted, bench.effect)
    bench.mint.chain.mine()
    assert bench.ended(ticket) is not None
    assert (bench.row().nonce, bench.tokens()) == (before, 1)


@pytest.mark.parametrize("is_heard", [False, True], ids=["before the node heard", "after the node heard"])
def test_a_worker_that_dies_after_signing_makes_its_successor_send_the_same_transaction(
    bench: Bench, is_heard: bool
) -> None:
    bench.submit_and_die(is_heard=is_heard)

    ticket = bench.submit()
    bench.mint.chain.mine()

    assert bench.ended(ticket) is not None
    assert (len(bench.attempts()), bench.tokens(), bench.mint.sent()) == (1, 1, bench.next_nonce())


def test_the_same_transaction_sent_again_before_and_after_its_block_is_no_failure(bench: Bench) -> None:
    ticket = bench.submit()
    bench.submit()
    bench.mint.chain.mine()
    bench.submit()

    ended = bench.ended(ticket)

    assert ended is not None
    assert ended.output["outcome"] == "minted"
    assert (len(bench.attempts()), bench.tokens()) == (1, 1)


def test_a_transaction_that_the_node_forgot_is_sent_again_by_whoever_looks(bench: Bench) -> None:
    ticket = bench.submit()
    bench.mint.chain.ask("anvil_dropAllTransactions")
    assert bench.mint.chain.pool()["pending"] == 0

    assert bench.ended(ticket) is None
    bench.mint.chain.mine()

    assert bench.ended(ticket) is not None
    assert (bench.tokens(), bench.mint.sent()) == (1, bench.next_nonce())


def test_a_node_that_is_killed_with_the_transaction_in_its_pool_gets_it_again(
    tmp_path: Path, press: Mill, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = press.config.database_url.get_secret_value()
    with anvil_chain(tmp_path / "mortal") as chain:
        mint = Mint(chain).deployed(url)
        state = tmp_path / "mortal" / "chain.json"
        deployed_at = clock.now().timestamp()
        until(lambda: state.exists() and state.stat().st_mtime > deployed_at + 0.5)
        chain.automine(on=False)
        with minting(monkeypatch, mint.settings(url)):
            job = press.accept("blockchain.mint", asked())
            until(lambda: press.turn() and press.state_of(job) == "waiting")
            chain.kill()
            chain.start()
            press.work_until_ended(job)
        tokens = chain.tokens_of(mint.contract, RECIPIENT)

    assert press.job(job).state == "succeeded", press.job(job).error
    assert tokens == 1


def test_a_lost_database_learns_from_the_log_what_was_minted_and_goes_on_with_the_next_nonce(
    bench: Bench, postgres_url: str, tmp_path: Path
) -> None:
    ticket = bench.submit()
    bench.mint.chain.mine()
    first = bench.ended(ticket)
    with fresh_database(postgres_url) as url:
        config = settings().model_copy(update={"database_url": SecretStr(url), "evm_contract": bench.mint.contract})
        db = Database(config)
        anew = Mill(config, tmp_path / "anew", bench.press.registry)
        job = anew.accept("blockchain.verify", {"token_id": "1"})
        way = Evm(config, db)
        effect = bench.effect._replace(job_id=job)
        found = Minter(way).submit(bench.wanted, effect)
        [[ended]] = way.poll([found.id], 1)
        other = Minter(way).submit(bench.wanted.model_copy(update={"edition": 2}), effect._replace(ordinal=5))
        bench.mint.chain.mine()
        [[second]] = way.poll([other.id], 1)
        anew.close()
        db.engine.dispose()

    assert first is not None
    assert ended.output["tx_hash"] == first.output["tx_hash"]
    assert second.output["outcome"] == "minted"
    event = bench.mint.chain.chain.event(bench.wanted.place)
    assert event is not None
    assert token.job_of(event.job_key) == bench.effect.job_id
    assert bench.tokens() == 2
