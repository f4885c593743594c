"""Where two products know a path, the body tells whose it is."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI

from gateway.app import create_app
from mediamill.settings import Settings
from mediamill_products.catalogue import Product
from mediamill_testing.front import Caller, asking
from mediamill_testing.harness import engine_registry

pytestmark = pytest.mark.anyio

KIOSK, ANNEX = Product("kiosk", "mediamill_testing.kiosk"), Product("annex", "mediamill_testing.kiosk.annex")
ORDERS = "/api/orders"


@pytest.fixture
def app(config: Settings) -> FastAPI:
    return create_app(config, engine_registry(), (ANNEX, KIOSK))


async def test_each_gets_the_bodies_that_it_claims_and_refuses_them_in_its_own_words(client: httpx.AsyncClient) -> None:
    kiosk = await client.post(ORDERS, json={"n": 2})
    annex = await client.post(ORDERS, json={"seconds": 0})
    wrong = await client.post(ORDERS, json={"seconds": "long"})
    below = await client.post("/annex/api/orders", json={"n": 2})

    assert [answer.status_code for answer in (kiosk, annex, wrong, below)] == [202, 202, 422, 422]
    assert "SECONDS" in str(wrong.json()).upper()
    assert annex.json().keys() == {"annex_job_id"}
    assert kiosk.json().keys() == {"job_id"}


@pytest.mark.parametrize("body", ["{}", "[]", "null", '"n"', "", "{", '{"other": 1}'])
async def test_a_body_that_nobody_claims_is_refused_with_what_there_is(client: httpx.AsyncClient, body: str) -> None:
    answer = await client.post(ORDERS, content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code in {400, 422}
    assert answer.json()["success"] is False
    assert answer.json()["error"]


async def test_nobody_without_a_key_gets_past_it(client: httpx.AsyncClient) -> None:
    assert (await client.post(ORDERS, json={"n": 2}, headers={"Authorization": ""})).status_code == 401


async def test_a_product_alone_keeps_its_path(config: Settings, owner: Caller) -> None:
    async with asking(create_app(config, engine_registry(), (ANNEX,)), owner) as client:
        answer = await client.post(ORDERS, json={"seconds": 0})

    assert answer.status_code == 202


async def test_the_document_names_both_bodies(app: FastAPI) -> None:
    document = app.openapi()

    schema = document["paths"][ORDERS]["post"]["requestBody"]["content"]["application/json"]["schema"]

    names = [one["$ref"].rpartition("/")[2] for one in schema["anyOf"]]
    fields = [set(document["components"]["schemas"][name]["properties"]) for name in names]
    assert fields == [{"seconds"}, {"n"}]
