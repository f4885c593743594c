"""Equal work over HTTP: every client has a job, one of them is done."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from mediamill.jobs.states import State
from mediamill_testing.books import ledger
from mediamill_testing.harness import Mill

pytestmark = pytest.mark.anyio

SIGNAL = {"kind": "shop.signal", "input": {"name": "go"}, "cache": "reuse"}


async def post(client: httpx.AsyncClient, body: dict[str, Any], **headers: str) -> dict[str, Any]:
    answer = await client.post("/v1/jobs", json=body, headers=headers)
    assert answer.is_success, answer.text
    return dict(answer.json())


async def test_a_follower_says_whom_it_waits_for(client: httpx.AsyncClient) -> None:
    leader, follower = await post(client, SIGNAL), await post(client, SIGNAL)

    shown = (await client.get(f"/v1/jobs/{follower['id']}")).json()

    assert (leader["state"], follower["state"], shown["state"]) == ("queued", "waiting", "waiting")
    assert (shown["waiting_for"]["reason"], shown["waiting_for"]["until"]) == ("coalesced", None)
    assert leader["id"] in shown["waiting_for"]["detail"]
    assert (shown["queue_position"], follower["queue_position"]) == (None, None)


async def test_the_documentation_names_the_reason(client: httpx.AsyncClient) -> None:
    schemas = (await client.get("/openapi.json")).json()["components"]["schemas"]

    assert "coalesced" in schemas["WaitingFor"]["properties"]["reason"]["enum"]


@pytest.mark.usefixtures("working")
async def test_all_who_wait_over_http_get_the_answer(client: httpx.AsyncClient, mill: Mill, tmp_path: Path) -> None:
    sales = tmp_path / "sales"
    body = {"kind": "shop.buy", "input": {"ledger": str(sales), "price": "0.25"}, "cache": "reuse"}

    jobs = await asyncio.gather(*[post(client, body, Prefer="wait=30") for _ in range(60)])

    assert {job["state"] for job in jobs} == {"succeeded"}
    assert len({job["id"] for job in jobs}) == 60
    assert len({job["output"]["receipt"] for job in jobs}) == len(sales.read_text().split()) == 1
    assert [type_ for type_, _ in ledger(mill)].count("reserve") == 1


async def test_a_leader_that_is_cancelled_over_http_is_followed(client: httpx.AsyncClient, mill: Mill) -> None:
    leader, follower = await post(client, SIGNAL), await post(client, SIGNAL)

    await client.post(f"/v1/jobs/{leader['id']}/cancel")
    await asyncio.to_thread(mill.sweeper.tick)

    assert (await client.get(f"/v1/jobs/{follower['id']}")).json()["state"] == State.QUEUED
