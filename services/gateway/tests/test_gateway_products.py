"""What a product's route may ask of the gateway, by the smallest product there is."""

from __future__ import annotations

import io
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image

from gateway.app import create_app
from mediamill.settings import Settings
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
