"""Where an asset comes from: read from its bytes, whoever made them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from gateway.app import create_app
from mediamill.ids import uuid7
from mediamill.provenance.development import Drawn, draw
from mediamill.settings import Settings
from mediamill_testing.harness import Mill, engine_registry

pytestmark = pytest.mark.anyio


@pytest.fixture
def config(config: Settings, drawn: Drawn) -> Settings:
    """The gateway knows the signer's certificates, and never needs its key."""
    return config.model_copy(update={"signing_certificates": drawn.certificates})


@pytest.fixture
def app(config: Settings) -> FastAPI:
    return create_app(config, engine_registry())


@pytest.fixture
def mill(signing_mill: Mill) -> Mill:
    """The mill whose tenant has the key signs what it makes."""
    return signing_mill


async def provenance(client: httpx.AsyncClient, asset_id: str) -> dict[str, Any]:
    response = await client.get(f"/v1/assets/{asset_id}/provenance")
    assert response.status_code == 200, response.text
    return dict(response.json())


async def upload(client: httpx.AsyncClient, content: bytes) -> str:
    return str((await client.post("/v1/assets", content=content)).json()["id"])


async def test_an_asset_tells_who_made_it_of_which_assets_and_for_which_job(
    client: httpx.AsyncClient, mill: Mill
) -> None:
    part_job = mill.accept("shop.record", {"text": "part"})
    mill.work_until_idle()
    part = mill.job(part_job).output["assets"][0]
    job = mill.accept("shop.record", {"text": "whole", "of": [part["id"]]})
    mill.work_until_idle()

    told = await provenance(client, mill.job(job).output["assets"][0]["id"])

    assert (told["verdict"], told["problems"], told["media_type"]) == ("trusted", [], "audio/wav")
    assert [(made["id"], made["kind"], made["role"]) for made in told["jobs"]] == [(str(job), "shop.record", "sound")]
    first, second = told["history"]
    assert [(source["asset_id"], source["record"]) for source in first["sources"]] == [(part["id"], second["id"])]
    assert first["deeds"][0]["source_type"] == "composite"
    assert first["signature"]["issuer"] == "Mediamill"


async def test_an_upload_is_judged_by_its_bytes(client: httpx.AsyncClient, mill: Mill) -> None:
    mill.work_until_ended(job := mill.accept("shop.record"))
    signed = mill.store.path(mill.job(job).output["assets"][0]["sha256"]).read_bytes()
    changed = signed.replace(b"hello", b"hallo")

    tampered = await provenance(client, await upload(client, changed))
    text = await provenance(client, await upload(client, b"no more than a text"))

    assert (tampered["verdict"], tampered["jobs"]) == ("tampered", [])
    assert "assertion.dataHash.mismatch" in [problem["code"] for problem in tampered["problems"]]
    assert (text["verdict"], text["history"]) == ("unsupported", [])


async def test_nobody_sees_where_a_strangers_asset_comes_from(client: httpx.AsyncClient, stranger: Any) -> None:
    mine = await upload(client, b"mine")

    theirs = await client.get(f"/v1/assets/{mine}/provenance", headers=stranger.headers)
    nothing = await client.get(f"/v1/assets/{uuid7()}/provenance")

    assert (theirs.status_code, nothing.status_code) == (404, 404)


def test_a_gateway_with_unreadable_roots_does_not_start(config: Settings) -> None:
    wrong = config.model_copy(update={"trusted_roots": "/nowhere.pem"})

    with pytest.raises(Exception, match="MEDIAMILL_TRUSTED_ROOTS is neither PEM nor the path"):
        create_app(wrong, engine_registry())


def test_roots_of_others_are_trusted_besides_our_own(config: Settings, drawn: Drawn) -> None:
    other = draw("other").root

    app = create_app(config.model_copy(update={"trusted_roots": other}), engine_registry())

    assert app.state.edge.roots.count("BEGIN CERTIFICATE") == 2
    assert drawn.root.strip() in app.state.edge.roots
