"""Mints on a real node, from the job to the token and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Row

from mediamill.budgets.audit import CHECK
from mediamill_media.blockchain.cid import uri_of
from mediamill_media.blockchain.contract import checksummed
from mediamill_testing.harness import Mill
from mediamill_testing.testchain import Mint, TestChain, minting
from mediamill_vendors.evm import abi, token

TRANSFER, BURN = "23b872dd", "42966c68"
RECIPIENT = "0x" + "ab" * 20
Asked = Callable[..., dict[str, Any]]


def ended(press: Mill, kind: str, input: dict[str, Any], **facts: Any) -> Row[Any]:
    job = press.accept(kind, input, **facts)
    press.work_until_ended(job)
    return press.job(job)


def output(press: Mill, kind: str, input: dict[str, Any]) -> dict[str, Any]:
    row = ended(press, kind, input)
    assert row.state == "succeeded", row.error
    return dict(row.output)


def test_an_asset_becomes_a_token_whose_uri_is_the_hash_of_its_metadata(press: Mill, mint: Mint, asked: Asked) -> None:
    traits = [{"trait_type": "mood", "value": "calm"}, {"trait_type": "seconds", "value": 4, "display_type": "number"}]

    made = output(press, "blockchain.mint", asked(b"pixels", description="Ünïcode", attributes=traits))

    written = press.store.path(made["assets"][0]["sha256"]).read_bytes()
    told = json.loads(written)
    place = token.place_of(31337, mint.contract, told["properties"]["sha256"], 1)
    assert made["token_id"] == str(place.number)
    assert made["token_uri"] == uri_of(written)
    assert made["media_uri"] == told["image"] == uri_of(b"pixels")
    assert written == json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert told["attributes"] == traits
    assert {"description", "name", "properties", "image", "attributes"} == set(told)
    assert mint.chain.tokens_of(mint.contract, RECIPIENT) == 1
    assert made["recipient"] == checksummed(RECIPIENT)
    assert made["confirmations"] >= 1


def test_the_same_bytes_asked_for_again_are_the_same_token_and_cost_nothing(
    press: Mill, mint: Mint, asked: Asked
) -> None:
    first = output(press, "blockchain.mint", asked())
    sent = mint.sent()

    again = output(press, "blockchain.mint", asked(name="Another name"))

    same = ("token_id", "tx_hash", "token_uri", "block_number")
    assert [again[name] for name in same] == [first[name] for name in same]
    assert again["assets"] == []
    assert mint.sent() == sent
    assert mint.chain.tokens_of(mint.contract, RECIPIENT) == 1


def test_another_edition_is_another_token(press: Mill, mint: Mint, asked: Asked) -> None:
    first = output(press, "blockchain.mint", asked())
    second = output(press, "blockchain.mint", asked(edition=2))

    assert first["token_id"] != second["token_id"]
    assert mint.chain.tokens_of(mint.contract, RECIPIENT) == 2


def test_a_token_that_is_somebody_elses_is_refused_and_says_whose_it_is(press: Mill, asked: Asked) -> None:
    output(press, "blockchain.mint", asked())

    other = press.add_tenant("other")
    late = ended(press, "blockchain.mint", asked(tenant_id=other, recipient="0x" + "cd" * 20), tenant_id=other)

    assert (late.state, late.error["code"]) == ("failed", "already-minted")
    assert RECIPIENT in late.error["message"]


def test_a_key_that_may_not_mint_signs_nothing_and_the_job_says_what_to_do(
    press: Mill, mint: Mint, asked: Asked
) -> None:
    mint.set_minter(allowed=False)
    sent = mint.sent()

    job = press.accept("blockchain.mint", asked())
    press.work_until_idle()

    told = [event.data for event in press.events(job) if event.type == "job.retrying"]
    assert told[0]["error"]["code"] == "provider-down"
    assert "setMinter" in told[0]["error"]["message"]
    assert mint.sent() == sent


def test_a_mint_is_paid_for_by_its_tenant_as_the_chain_bills_it(
    press: Mill, asked: Asked, mint: Mint, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = mint.settings(press.config.database_url.get_secret_value())
    with minting(monkeypatch, {**told, "MEDIAMILL_EVM_USD_PER_COIN": "2000"}):
        row = ended(press, "blockchain.mint", asked())
        again = ended(press, "blockchain.mint", asked())

    assert row.state == "succeeded", row.error
    assert row.cost == (Decimal(row.output["fee"]) * 2_000).quantize(Decimal("0.000001"), "ROUND_UP")
    assert again.cost == 0
    with press.db.unit_of_work() as connection:
        assert connection.execute(CHECK).all() == []


def test_a_token_is_verified_by_its_asset_by_its_id_and_against_other_bytes(
    press: Mill, mint: Mint, asked: Asked
) -> None:
    made = output(press, "blockchain.mint", asked(b"these bytes"))
    mine, other = asked(b"these bytes")["asset"], asked(b"those bytes")["asset"]

    by_asset = output(press, "blockchain.verify", {"asset": mine})
    by_id = output(press, "blockchain.verify", {"token_id": made["token_id"]})
    against_others = output(press, "blockchain.verify", {"token_id": made["token_id"], "asset": other})
    of_others = output(press, "blockchain.verify", {"asset": other})

    assert by_asset | {"matches": None} == by_id
    assert (by_asset["matches"], against_others["matches"], of_others["matches"]) == (True, False, False)
    assert (by_id["owner"], by_id["token_uri"]) == (checksummed(RECIPIENT), made["token_uri"])
    assert (by_id["royalty_percent"], by_id["royalty_to"]) == ("5", checksummed(mint.signer.address))
    assert by_id["provenance"]["tx_hash"] == made["tx_hash"]
    assert (of_others["exists"], of_others["owner"], of_others["provenance"]) == (False, None, None)


def test_a_verification_follows_a_token_to_its_next_owner_and_to_its_end(press: Mill, mint: Mint, asked: Asked) -> None:
    me, heir = mint.chain.account(), mint.chain.account()
    wanted = {"token_id": output(press, "blockchain.mint", asked(recipient=me.address))["token_id"]}
    number = abi.uint(int(wanted["token_id"]))

    mint.chain.act(me, mint.contract, abi.call(TRANSFER, abi.address(me.address), abi.address(heir.address), number))
    sold = output(press, "blockchain.verify", wanted)
    mint.chain.act(heir, mint.contract, abi.call(BURN, number))
    burnt = output(press, "blockchain.verify", wanted)
    again = ended(press, "blockchain.mint", asked(recipient=heir.address))

    assert (sold["owner"], sold["provenance"]["minted_to"]) == (checksummed(heir.address), checksummed(me.address))
    assert (burnt["exists"], burnt["burnt"], burnt["owner"]) == (False, True, None)
    assert again.error["code"] == "already-minted"


def test_a_contract_that_is_not_there_is_said_to_be_missing(press: Mill, chain: TestChain) -> None:
    row = ended(press, "blockchain.verify", {"token_id": "1", "contract": "0x" + "12" * 20})

    assert (row.state, row.error["code"]) == ("failed", "permanent")
    assert "There is no contract at" in row.error["message"]
