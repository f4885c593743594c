"""What a product's route may ask of the gateway, by the smallest product there is."""

from __future__ import annotations

import asyncio
import io
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image

from gateway.app import create_app
from mediamill.settings import Settings
from mediamill.tenants.keys import Scope
from mediamill_products.catalogue import Product
from mediamill_testing.harness import Mill, engine_registry

pytestmark = pytest.mark.anyio


@pytest.fixture
def app(config: Settings) -> FastAPI:
    return create_app(config, engine_registry(), (Product("kiosk", "mediamill_testing.kiosk"),))


@pytest.mark.parametrize("base", ["", "/kiosk"])
async def test_a_product_accepts_jobs_and_shows_them(client: httpx.AsyncClient, mill: Mill, base: str) -> None:
    response = await client.post(f"{base}/api/orders", json={"n": 2})

    shown = (await client.get(f"{base}/api/orders/{response.json()['job_id']}")).json()
    assert response.status_code == 202
    assert shown == {"state": "queued", "input": {"n": 2, "seconds": 0.0}, "same": True}


async def test_what_a_product_accepts_falls_with_its_transaction(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/orders?fail=true", json={"n": 2})

    assert response.status_code == 500
    assert (await client.get("/v1/jobs")).json()["data"] == []


async def test_a_product_refuses_in_its_own_words(client: httpx.AsyncClient, stranger: Any) -> None:
    made = (await client.post("/api/orders", json={"n": 1})).json()

    wrong = await client.post("/api/orders", json={"n": -1})
    foreign = await client.get(f"/api/orders/{made['job_id']}", headers=stranger.headers)
    unknown = await client.get(f"/api/orders/{uuid4()}")
    nobody = await client.post("/api/orders", json={"n": 1}, headers={"Authorization": ""})

    assert [r.status_code for r in (wrong, foreign, unknown, nobody)] == [422, 404, 404, 401]
    assert all(set(r.json()) == {"success", "error"} for r in (wrong, foreign, unknown, nobody))
    assert "INPUT.N" in wrong.json()["error"]


async def test_a_stage_is_told_on_a_short_way_and_the_same_on_the_long_one(
    client: httpx.AsyncClient, mill: Mill
) -> None:
    job_id = mill.accept("test.fanout", {"n": 2})
    path, unusual = f"/api/orders/{job_id}/stage", {"Authorization": client.headers["Authorization"].replace(" ", "  ")}

    short = (await client.get(path)).json()
    below_its_name = (await client.get(f"/kiosk{path}")).json()
    long = (await client.get(path, headers=unusual)).json()

    assert (short.pop("way"), below_its_name.pop("way"), long.pop("way")) == ("short", "short", "long")
    assert short == below_its_name == long
    assert (short["state"], short["begun"], short["children"]) == ("queued", False, {})
    assert short["input"]["n"] == 2


async def test_keys_that_come_at_the_same_time_are_looked_up_together_and_told_apart(
    client: httpx.AsyncClient, app: FastAPI, mill: Mill, stranger: Any, caller_of: Any
) -> None:
    path = f"/api/orders/{mill.accept('test.noop')}/stage"
    viewer, operator = caller_of(mill.tenant, Scope.READ), caller_of(mill.tenant, Scope.OPERATOR)
    nobody = {"Authorization": "Bearer mm_nobody"}
    app.state.edge.keyring.forget()

    headers = [None, stranger.headers, viewer.headers, operator.headers, nobody, nobody]
    told = await asyncio.gather(*[client.get(path, headers=one) for one in headers])
    written = await client.post("/api/orders", json={"n": 1}, headers=viewer.headers)

    assert [answer.status_code for answer in told] == [200, 404, 200, 403, 401, 401]
    assert [told[0].json()["way"], told[2].json()["way"]] == ["short", "short"]
    assert written.status_code == 403


async def test_a_glimpse_counts_children_until_the_job_has_ended(client: httpx.AsyncClient, mill: Mill) -> None:
    job_id = mill.accept("test.fanout", {"n": 2})
    mill.turn()
    children = (await client.get(f"/api/orders/{job_id}/stage")).json()["children"]
    mill.work_until_idle()

    ended = (await client.get(f"/api/orders/{job_id}/stage")).json()

    assert list(children.values()) == [[0, 2]]
    assert (ended["state"], ended["children"], ended["error"]) == ("succeeded", {}, None)
    assert ended["output"] is not None


async def test_who_looks_at_the_same_time_is_told_of_their_own_job(
    client: httpx.AsyncClient, mill: Mill, stranger: Any
) -> None:
    jobs = [str(mill.accept("test.steps", {"n": n})) for n in range(1, 6)]
    await client.get(f"/api/orders/{jobs[0]}/stage")

    told = await asyncio.gather(*[client.get(f"/api/orders/{job}/stage") for job in jobs])
    foreign = [await client.get(f"/api/orders/{jobs[0]}/stage", headers=stranger.headers) for _ in range(2)]
    wrong = await client.get("/api/orders/nobody/stage")

    assert [answer.json()["input"]["n"] for answer in told] == [1, 2, 3, 4, 5]
    assert [answer.status_code for answer in (*foreign, wrong)] == [404, 404, 422]
    assert set(foreign[0].json()) == {"success", "error"}


async def test_a_page_of_another_origin_is_told_so_on_the_short_way_too(client: httpx.AsyncClient, mill: Mill) -> None:
    path, origin = f"/api/orders/{mill.accept('test.steps', {'n': 1})}/stage", {"Origin": "https://app.example"}
    await client.get(path)

    told = await client.get(path, headers=origin)

    assert told.json()["way"] == "short"
    assert told.headers["access-control-allow-origin"] == "*"


async def test_a_form_brings_texts_and_files_which_are_assets_then(client: httpx.AsyncClient) -> None:
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG")

    good = await client.post(
        "/api/orders/photo", data={"name": "Ana"}, files={"file": ("a.png", file.getvalue(), "image/png")}
    )
    large = await client.post("/api/orders/photo", files={"file": ("a.png", bytes(3_100_000), "image/png")})
    none = await client.post("/api/orders/photo", json={})

    assert good.json() == {"texts": {"name": "Ana"}, "files": {"file": "image/png"}}
    assert [large.status_code, none.status_code] == [413, 422]
