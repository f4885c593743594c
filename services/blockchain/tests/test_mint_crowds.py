"""Many mints at once: racing workers, long waits, cancelled jobs, caps, and a chain that became dear."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from mediamill.jobs.cancel import cancel
from mediamill.jobs.model import Job, Lease
from mediamill.jobs.states import FINAL
from mediamill.wire.message import Received
from mediamill_testing.harness import Mill
from mediamill_testing.mortals import look_now
from mediamill_testing.stacks import until
from mediamill_testing.testchain import Mint, TestChain, minting
from mediamill_vendors.evm.seen import COIN

RECIPIENT = "0x" + "ab" * 20
Asked = Callable[..., dict[str, Any]]
MINT_GAS = 250_000
PATIENCE_S = 120


def states(press: Mill, jobs: list[UUID]) -> set[str]:
    with press.db.unit_of_work() as connection:
        return set(connection.execute(select(Job.state).where(Job.id.in_(jobs))).scalars())


def parked(press: Mill, jobs: list[UUID]) -> bool:
    press.turn()
    return states(press, jobs) == {"waiting"}


def all_ended(press: Mill, jobs: list[UUID]) -> bool:
    look_now(press)
    press.turn()
    return states(press, jobs) <= FINAL


def leases(press: Mill) -> int:
    with press.db.unit_of_work() as connection:
        return int(connection.execute(select(func.count()).select_from(Lease)).scalar_one())


def counted(press: Mill, table: str) -> int:
    with press.db.unit_of_work() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


def test_eight_workers_with_one_asset_make_one_token(press: Mill, mint: Mint, asked: Asked) -> None:
    wanted = asked()
    jobs = [press.accept("blockchain.mint", wanted) for _ in range(8)]
    sent = mint.sent()
    workers = [press.add_worker(slots=1) for _ in jobs]
    press.dispatcher.tick()
    assert len(press.wire.deliveries) == 8

    with ThreadPoolExecutor(8) as threads:
        pairs = zip(workers, press.wire.deliveries, strict=True)
        list(threads.map(lambda pair: pair[0].deliver([Received(pair[1].job_id, pair[1].number)]), pairs))
    press.wire.deliveries.clear()
    until(lambda: all_ended(press, jobs))
    for worker in workers:
        worker.stop()

    outputs = [press.job(job).output for job in jobs]
    assert states(press, jobs) == {"succeeded"}
    assert len({(output["token_id"], output["tx_hash"], output["token_uri"]) for output in outputs}) == 1
    assert mint.chain.tokens_of(mint.contract, RECIPIENT) == 1
    assert (mint.sent(), counted(press, "mints"), counted(press, "mint_attempts")) == (sent + 1, 1, 1)


def test_a_hundred_mints_in_flight_wait_without_a_slot_and_all_become_tokens(
    press: Mill, mint: Mint, asked: Asked, still: TestChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = mint.settings(press.config.database_url.get_secret_value())
    with minting(monkeypatch, {**told, "MEDIAMILL_EVM_BLOCK_S": "600"}):
        wanted = asked()
        jobs = [press.accept("blockchain.mint", {**wanted, "edition": number}) for number in range(1, 101)]
        until(lambda: parked(press, jobs), PATIENCE_S)
        held, pooled = leases(press), still.pool()["pending"]
        still.mine()
        until(lambda: all_ended(press, jobs), PATIENCE_S)

    assert (held, pooled) == (0, 100)
    assert states(press, jobs) == {"succeeded"}
    assert mint.chain.tokens_of(mint.contract, RECIPIENT) == 100
    assert len({press.job(job).output["token_id"] for job in jobs}) == 100


def test_what_a_key_may_not_have_in_flight_waits_and_counts_no_attempt(
    press: Mill, mint: Mint, asked: Asked, still: TestChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = mint.settings(press.config.database_url.get_secret_value())
    with minting(monkeypatch, {**told, "MEDIAMILL_EVM_IN_FLIGHT": "2"}):
        jobs = [press.accept("blockchain.mint", asked(edition=number)) for number in (1, 2, 3)]
        until(lambda: parked(press, jobs))
        assert (counted(press, "mint_attempts"), still.pool()["pending"]) == (2, 2)

        still.automine(on=True)
        still.mine()
        until(lambda: all_ended(press, jobs))

    assert states(press, jobs) == {"succeeded"}
    assert {press.job(job).attempt for job in jobs} == {1}


def test_a_mint_whose_job_was_cancelled_leaves_no_gap_before_those_behind_it(
    press: Mill, mint: Mint, asked: Asked, still: TestChain
) -> None:
    unwanted = press.accept("blockchain.mint", asked(b"unwanted"))
    until(lambda: parked(press, [unwanted]))
    with press.db.unit_of_work() as connection:
        cancel(connection, press.tenant, unwanted)
    still.ask("anvil_dropAllTransactions")
    wanted = press.accept("blockchain.mint", asked(b"wanted"))
    until(lambda: parked(press, [wanted]))

    look_now(press)
    press.turn()
    still.mine()
    until(lambda: all_ended(press, [wanted]))

    assert (press.state_of(unwanted), press.state_of(wanted)) == ("canceled", "succeeded")
    assert mint.chain.tokens_of(mint.contract, RECIPIENT) == 2
    assert still.pool() == {"pending": 0, "queued": 0}


def test_a_mint_that_pays_too_little_is_outbid_by_its_job_which_says_so(
    press: Mill, mint: Mint, asked: Asked, still: TestChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = mint.settings(press.config.database_url.get_secret_value())
    with minting(monkeypatch, {**told, "MEDIAMILL_EVM_STUCK_S": "0.001"}):
        job = press.accept("blockchain.mint", asked())
        until(lambda: parked(press, [job]))
        still.ask("anvil_setNextBlockBaseFeePerGas", hex(20 * 10**9))
        still.mine()
        until(lambda: all_ended(press, [job]) or still.mine())

    said = [event.data["text"] for event in press.events(job) if event.type == "job.log"]
    assert press.state_of(job) == "succeeded", press.job(job).error
    assert any("outbid" in text for text in said)
    assert mint.chain.tokens_of(mint.contract, RECIPIENT) == 1
    assert counted(press, "mint_attempts") > 1
    assert press.job(job).attempt == 1


def test_a_tenant_over_its_cap_of_the_day_mints_nothing_more_and_others_do(
    press: Mill, mint: Mint, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = press.add_tenant("other")
    told = mint.settings(press.config.database_url.get_secret_value())
    cap = Decimal(3 * MINT_GAS * mint.chain.chain.fees().max_fee) / COIN
    caps = {"MEDIAMILL_EVM_DAILY_CAP": str(cap), "MEDIAMILL_EVM_DAILY_CAPS": f'{{"{other}": "1"}}'}
    with minting(monkeypatch, told | caps):
        jobs = [press.accept("blockchain.mint", asked(edition=number)) for number in range(1, 9)]
        theirs = press.accept("blockchain.mint", asked(edition=99, tenant_id=other), tenant_id=other)
        until(lambda: all_ended(press, [*jobs, theirs]))

    rows = [press.job(job) for job in jobs]
    minted = [row for row in rows if row.state == "succeeded"]
    refused = {row.error["code"] for row in rows if row.state != "succeeded"}
    spent = sum((Decimal(row.output["fee"]) for row in minted), Decimal(0))
    assert press.state_of(theirs) == "succeeded"
    assert refused == {"over-spending-cap"}
    assert 0 < len(minted) < 8
    assert spent <= cap
    assert mint.chain.tokens_of(mint.contract, RECIPIENT) == len(minted) + 1


def test_a_chain_that_is_dearer_than_allowed_makes_mints_wait_and_counts_no_attempt(
    press: Mill, mint: Mint, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = mint.settings(press.config.database_url.get_secret_value())
    with minting(monkeypatch, {**told, "MEDIAMILL_EVM_MAX_FEE_GWEI": "0.000001"}):
        job = press.accept("blockchain.mint", asked())
        until(lambda: parked(press, [job]))
    with minting(monkeypatch, told):
        until(lambda: all_ended(press, [job]))

    assert press.state_of(job) == "succeeded"
    assert press.job(job).attempt == 1
