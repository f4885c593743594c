"""What is cheap about accepting a job is still right, also in company."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event

from mediamill.ids import uuid7
from mediamill.providers.orders import orders

pytestmark = pytest.mark.anyio

NOOP = {"kind": "test.noop", "input": {"payload": "x"}}
ORDERS_ANEW = str(orders())


async def jobs(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    return list((await client.get("/v1/jobs?limit=200")).json()["data"])


async def test_posts_that_come_together_are_each_answered_for_themselves(client: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "k"}
    await client.post("/v1/jobs", json=NOOP, headers=key)
    good = [client.post("/v1/jobs", json={"kind": "test.noop", "input": {"payload": str(n)}}) for n in range(30)]
    bad = [
        client.post("/v1/jobs", json={"kind": "shop.keep", "input": {"asset": str(uuid7())}}),
        client.post("/v1/jobs", json={**NOOP, "priority": 1}, headers=key),
        client.post("/v1/jobs", json={"kind": "test.noop", "input": {"payload": "a\0"}}),
    ]

    answers = await asyncio.gather(*good[:15], *bad, *good[15:])

    made = [answer for answer in answers if answer.status_code == 202]
    assert [answer.status_code for answer in answers[15:18]] == [422, 409, 422]
    assert [answer.json()["input"]["payload"] for answer in made] == [str(n) for n in range(30)]
    assert {answer.json()["id"] for answer in made} <= {job["id"] for job in await jobs(client)}
    assert len(await jobs(client)) == 31


async def test_what_a_post_answers_is_what_a_get_shows(client: httpx.AsyncClient) -> None:
    asked = {**NOOP, "metadata": {"user": "ü"}, "priority": 7, "deadline_s": 600}

    posted = (await client.post("/v1/jobs", json=asked)).json()

    shown = (await client.get(f"/v1/jobs/{posted['id']}")).json()
    told_later = {"waiting_for": None, "eta": None, "total_cost": None}
    assert posted == {**shown, **told_later}


async def test_the_unusual_way_to_say_the_same_makes_the_same_job(client: httpx.AsyncClient) -> None:
    plain = (await client.post("/v1/jobs", json=NOOP)).json()

    other = await client.post("/v1/jobs", json=NOOP, headers={"Content-Type": "application/json; charset=utf-8"})

    same = {"id", "root_id", "created_at", "queue_position"}
    assert other.status_code == 202
    assert {k: v for k, v in other.json().items() if k not in same} == {k: v for k, v in plain.items() if k not in same}


async def test_a_post_tells_the_place_of_the_first_in_line_and_a_get_that_of_the_others(
    client: httpx.AsyncClient,
) -> None:
    first, second = [(await client.post("/v1/jobs", json=NOOP)).json() for _ in range(2)]

    place = (await client.get(f"/v1/jobs/{second['id']}")).json()["queue_position"]

    assert (first["queue_position"], second["queue_position"], place) == (0, None, 1)


async def test_a_plain_post_asks_nothing_besides_the_statement_that_makes_the_job(
    client: httpx.AsyncClient, app: FastAPI
) -> None:
    await client.post("/v1/jobs", json=NOOP)
    asked: list[str] = []
    engine = app.state.edge.database.async_engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    answers = [await client.post("/v1/jobs", json=NOOP, headers={"Idempotency-Key": key}) for key in "klm"]

    assert [answer.status_code for answer in answers] == [202] * 3
    assert [statement for statement in asked if statement != ORDERS_ANEW] == []
    assert len(asked) <= 1  # the order book is read anew in the background, and for no post


async def test_an_asset_that_is_missing_in_a_batch_is_told_with_its_jobs_place(client: httpx.AsyncClient) -> None:
    batch = [NOOP, {"kind": "shop.keep", "input": {"asset": str(uuid7())}}]

    refused = await client.post("/v1/jobs/batch", json={"jobs": batch})

    assert refused.status_code == 422
    assert [error["loc"] for error in refused.json()["errors"]] == [["jobs", 1, "input", "asset"]]
