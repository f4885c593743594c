"""The node for machines without anvil does all that minting needs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mediamill.assets.keep import keep
from mediamill_testing.harness import Mill
from mediamill_testing.testchain import Mint, minting, python_chain
from mediamill_vendors.evm.vendor import evm
from mill.chain.prepare import restore

RECIPIENT = "0x" + "ab" * 20


def test_tokens_are_minted_on_it_and_what_it_forgot_is_restored_from_the_book(
    tmp_path: Path, mill_of: Callable[[str], Mill], database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with python_chain(tmp_path / "chain") as chain:
        mint = Mint(chain).deployed(database_url)
        with minting(monkeypatch, mint.settings(database_url)):
            press = mill_of("blockchain")
            with press.db.unit_of_work() as connection:
                blob = press.store.put([b"sound"])
                asset = keep(connection, press.tenant, blob, media_type="audio/wav", duration_s=1.5).asset()
            wanted = {"asset": asset.id, "name": "A sound", "recipient": RECIPIENT}
            job = press.accept("blockchain.mint", wanted)
            press.work_until_ended(job)
            again = press.accept("blockchain.mint", {**wanted, "recipient": "0x" + "cd" * 20})
            press.work_until_ended(again)

            chain.kill()
            chain.start()
            chain.fund(mint.signer.address)
            restored = restore(evm(), mint.signer.address)
            looked = press.accept("blockchain.verify", {"asset": asset.id})
            press.work_until_ended(looked)
            missing = press.accept("blockchain.verify", {"token_id": "7"})
            press.work_until_ended(missing)

    made, told = press.job(job), press.job(looked)
    assert made.state == "succeeded", made.error
    assert press.job(again).error["code"] == "already-minted"
    assert restored == 2
    assert (told.output["matches"], told.output["owner"].lower()) == (True, RECIPIENT)
    assert told.output["provenance"]["tx_hash"] == made.output["tx_hash"]
    assert press.job(missing).output["exists"] is False
