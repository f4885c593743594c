"""What the doctor says of who signs content credentials."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from mediamill.clock import now
from mediamill.provenance import development
from mediamill.provenance.development import Drawn, draw
from mediamill.provenance.identity import identity_of
from mediamill.settings import Settings
from mediamill_testing.plugin import signing_by
from mill.doctor.finding import Verdict
from mill.doctor.signer import NOTICE, judge, signer
from mill.stack.layout import Layout


def test_a_certificate_is_warned_of_while_there_is_time_to_renew_it(drawn: Drawn) -> None:
    config = Settings(**signing_by(drawn))
    identity = identity_of(config)
    assert identity is not None

    early, late = judge(config, now()), judge(config, identity.ends_at - NOTICE + timedelta(days=1))

    assert (early.verdict, late.verdict) == (Verdict.OK, Verdict.WARN)
    assert f"{identity.ends_at:%Y-%m-%d}" in late.detail


def test_a_key_of_somebody_else_fails(drawn: Drawn) -> None:
    mixed = Settings(signing_certificates=drawn.certificates, signing_key=SecretStr(draw("other").key))

    found = judge(mixed, now())

    assert found.verdict is Verdict.FAIL
    assert "MEDIAMILL_SIGNING_KEY is not the key" in found.detail


def test_a_stacks_own_signer_is_looked_at_where_the_user_brings_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CERTIFICATES", "KEY"):
        monkeypatch.delenv(f"MEDIAMILL_SIGNING_{name}", raising=False)
    layout = Layout.of(tmp_path)
    layout.make()

    before = signer(layout)
    development.keep(layout.signer, "stack")
    (layout.signer / "key.pem").write_text("nothing")
    after = signer(layout)

    assert (before.verdict, after.verdict) == (Verdict.OK, Verdict.FAIL)


def test_where_nobody_signs_somebody_should_know() -> None:
    assert judge(Settings(), now()).verdict is Verdict.WARN
