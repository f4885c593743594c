"""What a job makes is signed once: whoever would make the same again gets the same asset, whatever dies in between."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from mediamill.assets.keep import keep
from mediamill.assets.model import AssetRow
from mediamill.jobs.states import State
from mediamill.provenance.development import Drawn
from mediamill.provenance.reading import read
from mediamill.provenance.report import Credentials, Verdict
from mediamill_testing.harness import Mill
from mediamill_testing.mortals import deliver_and_die

USES = range(1, 8)
"""Of its database by a worker: those of a run that opens, signs, keeps and records."""
WAV = "audio/wav"


def record(mill: Mill, **input: Any) -> dict[str, Any]:
    """Run a job and give the asset that it made."""
    job = mill.accept("shop.record", input)
    mill.work_until_idle()
    assert mill.state_of(job) is State.SUCCEEDED, mill.job(job).error
    return dict(mill.job(job).output["assets"][0])


def credentials(mill: Mill, asset: dict[str, Any], drawn: Drawn) -> Credentials:
    return read(mill.store.path(asset["sha256"]), WAV, drawn.root)


def claims(mill: Mill) -> list[str | None]:
    with mill.db.unit_of_work() as connection:
        return list(connection.execute(select(AssetRow.claim).order_by(AssetRow.id)).scalars())


def blobs(mill: Mill) -> int:
    return sum(path.is_file() for path in mill.store.root.rglob("*"))


def test_what_a_job_makes_is_signed_with_what_it_was_made_of(signing_mill: Mill, drawn: Drawn) -> None:
    first = record(signing_mill, text="first")

    second = record(signing_mill, text="second", of=[first["id"]])

    found = credentials(signing_mill, second, drawn)
    assert found.verdict is Verdict.TRUSTED
    assert [source.sha256 for source in found.history[0].sources] == [first["sha256"]]
    assert [deed.kind for record in found.history for deed in record.deeds if deed.kind] == ["shop.record"] * 2
    assert second["bytes"] == signing_mill.store.path(second["sha256"]).stat().st_size


def test_the_same_made_again_is_the_same_asset(signing_mill: Mill) -> None:
    first, again, other = (record(signing_mill, text=text) for text in ("same", "same", "other"))

    assert (again["id"], again["sha256"]) == (first["id"], first["sha256"])
    assert other["id"] != first["id"]
    assert blobs(signing_mill) == 2


def test_without_a_signer_assets_are_as_they_were_made(mill: Mill, drawn: Drawn) -> None:
    made = record(mill)

    assert credentials(mill, made, drawn).verdict is Verdict.MISSING
    assert claims(mill) == [None]


def test_an_asset_whose_bytes_are_lost_is_signed_anew_as_another(signing_mill: Mill, drawn: Drawn) -> None:
    lost = record(signing_mill)
    signing_mill.store.remove(lost["sha256"])

    again = record(signing_mill)

    assert again["id"] != lost["id"]
    assert credentials(signing_mill, again, drawn).verdict is Verdict.TRUSTED
    assert claims(signing_mill)[0] is None


@pytest.mark.parametrize("use", USES)
def test_a_worker_that_dies_anywhere_leaves_one_asset_told_of_once(signing_mill: Mill, drawn: Drawn, use: int) -> None:
    part = record(signing_mill, text="part")
    job = signing_mill.accept("shop.record", {"text": "whole", "of": [part["id"]], "between": [part["id"]]})
    deliver_and_die(signing_mill, use, "after")

    signing_mill.work_until_ended(job)

    made = signing_mill.job(job).output["assets"][0]
    assert signing_mill.told(job).count("asset") == 1
    assert len(claims(signing_mill)) == 2
    assert credentials(signing_mill, made, drawn).verdict is Verdict.TRUSTED


def test_of_two_that_make_a_claim_at_the_same_time_the_first_one_stands(mill: Mill) -> None:
    blobs = [mill.store.put([content]) for content in (b"one signature", b"another")]

    with mill.db.unit_of_work() as connection:
        first, second = (keep(connection, mill.tenant, blob, media_type=WAV, claim="same") for blob in blobs)

    assert (second.id, second.sha256) == (first.id, blobs[0].sha256)


def test_claims_of_two_tenants_are_two_assets(mill: Mill) -> None:
    blob, other = mill.store.put([b"one"]), mill.add_tenant("other")

    with mill.db.unit_of_work() as connection:
        ids = {keep(connection, tenant, blob, media_type=WAV, claim="same").id for tenant in (mill.tenant, other)}

    assert len(ids) == 2
