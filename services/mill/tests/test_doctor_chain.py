"""What the doctor says of a chain."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from mill.chain.status import SignerStatus, Status
from mill.cli.config import printable
from mill.doctor.chain import chain, judge
from mill.doctor.finding import Verdict
from mill.stack.layout import Layout

SIGNER = SignerStatus(address="0xme", coins=Decimal(1), lasts_for=500, sent=3, signed=3, may_mint=True)
STATUS = Status(
    chain_id=1,
    node="geth",
    block=7,
    contract="0xc",
    is_ours=True,
    signer=SIGNER,
    problem=None,
    mints={"signed": 0, "minted": 2, "failed": 0},
    spent_today={},
)


@pytest.mark.parametrize(
    ("facts", "of_signer", "verdict", "words"),
    [
        ({}, {}, Verdict.OK, "coins for 500 more"),
        ({"contract": None, "is_ours": False}, {}, Verdict.FAIL, "no contract"),
        ({"is_ours": False}, {}, Verdict.FAIL, "another contract"),
        ({"signer": None, "problem": "No key."}, {}, Verdict.WARN, "no minting key"),
        ({}, {"sent": 4}, Verdict.FAIL, "somebody else signs"),
        ({}, {"may_mint": False}, Verdict.FAIL, "may not mint"),
        ({}, {"lasts_for": 99}, Verdict.WARN, "last for 99"),
        ({}, {"lasts_for": 9}, Verdict.FAIL, "last for 9"),
    ],
)
def test_a_chain_is_judged_by_what_would_stop_a_mint(
    facts: dict[str, Any], of_signer: dict[str, Any], verdict: Verdict, words: str
) -> None:
    signer = SIGNER.model_copy(update=of_signer)

    finding = judge(STATUS.model_copy(update={"signer": signer, **facts}))

    assert (finding.verdict, words in finding.detail) == (verdict, True)
    assert (finding.advice is None) is (verdict is Verdict.OK)


def test_a_chain_that_sleeps_is_left_asleep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MEDIAMILL_EVM_RPC_URL", raising=False)

    assert chain(Layout.of(tmp_path)).verdict is Verdict.OK


def test_a_node_that_does_not_answer_is_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIAMILL_EVM_RPC_URL", "http://127.0.0.1:9/key")
    monkeypatch.setenv("MEDIAMILL_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")

    finding = chain(Layout.of(tmp_path))

    assert finding.verdict is Verdict.FAIL
    assert "does not serve" in finding.detail


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:pass@node.example/v3/secret", "https://node.example/***"),
        ("https://node.example?key=secret", "https://node.example/***"),
        ("http://127.0.0.1:8545", "http://127.0.0.1:8545"),
    ],
)
def test_an_address_whose_path_may_be_a_key_is_shown_by_its_host_alone(url: str, shown: str) -> None:
    assert printable(SecretStr(url)) == shown
