"""The same Idempotency-Key makes one job."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.anyio

NOOP = {"kind": "test.noop", "input": {"payload": "x"}}
KEY = {"Idempotency-Key": "order-1"}


async def test_the_same_key_and_body_give_the_first_job_again(client: httpx.AsyncClient) -> None:
    first = await client.post("/v1/jobs", json=NOOP, headers=KEY)
    again = await client.post("/v1/jobs", json={"input": {"payload": "x"}, "kind": "test.noop"}, headers=KEY)

    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json()["id"] == first.json()["id"]
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len((await client.get("/v1/jobs")).json()["data"]) == 1


async def test_the_same_key_with_another_body_is_a_conflict(client: httpx.AsyncClient) -> None:
    await client.post("/v1/jobs", json=NOOP, headers=KEY)

    other = await client.post("/v1/jobs", json={**NOOP, "priority": 6}, headers=KEY)

    assert (other.status_code, other.json()["code"]) == (409, "idempotency-mismatch")


async def test_a_key_belongs_to_its_tenant(client: httpx.AsyncClient, stranger: Any) -> None:
    mine = await client.post("/v1/jobs", json=NOOP, headers=KEY)

    theirs = await client.post("/v1/jobs", json={**NOOP, "priority": 1}, headers={**KEY, **stranger.headers})

    assert theirs.status_code == 202
    assert theirs.json()["id"] != mine.json()["id"]


async def test_many_at_once_make_one_job(client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(client.post("/v1/jobs", json=NOOP, headers=KEY) for _ in range(10)))

    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1


async def test_a_refused_request_does_not_use_the_key_up(client: httpx.AsyncClient) -> None:
    refused = await client.post("/v1/jobs", json={"kind": "no.kind", "input": {}}, headers=KEY)

    accepted = await client.post("/v1/jobs", json=NOOP, headers=KEY)

    assert (refused.status_code, accepted.status_code) == (422, 202)


async def test_a_batch_is_replayed_as_a_whole(client: httpx.AsyncClient) -> None:
    first = await client.post("/v1/jobs/batch", json={"jobs": [NOOP] * 3}, headers=KEY)
    again = await client.post("/v1/jobs/batch", json={"jobs": [NOOP] * 3}, headers=KEY)
    other = await client.post("/v1/jobs/batch", json={"jobs": [NOOP] * 2}, headers=KEY)

    assert [job["id"] for job in again.json()["data"]] == [job["id"] for job in first.json()["data"]]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert other.status_code == 409


@pytest.mark.parametrize("key", ["", "x" * 201])
async def test_a_key_has_1_to_200_characters(client: httpx.AsyncClient, key: str) -> None:
    response = await client.post("/v1/jobs", json=NOOP, headers={"Idempotency-Key": key})

    assert response.status_code == 422
