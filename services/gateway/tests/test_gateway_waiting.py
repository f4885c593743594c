"""``Prefer: wait=N`` holds the answer back until the job has ended."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from gateway.jobs.waiting import wanted_wait_s
from mediamill.clock import monotonic
from mediamill_testing.harness import Mill

pytestmark = pytest.mark.anyio

NOOP = {"kind": "test.noop", "input": {}}


async def test_a_job_that_ends_in_time_is_answered_with_200(client: httpx.AsyncClient, working: None) -> None:
    response = await client.post("/v1/jobs", json=NOOP, headers={"Prefer": "wait=20"})

    assert (response.status_code, response.json()["state"]) == (200, "succeeded")
    assert response.headers["Preference-Applied"] == "wait=20"
    assert response.headers["Location"] == f"/v1/jobs/{response.json()['id']}"


async def test_a_job_that_takes_longer_is_answered_with_202_and_goes_on(client: httpx.AsyncClient, mill: Mill) -> None:
    begun = monotonic()

    response = await client.post("/v1/jobs", json=NOOP, headers={"Prefer": "wait=1"})

    assert (response.status_code, response.json()["state"]) == (202, "queued")
    assert 1 <= monotonic() - begun < 10
    await asyncio.to_thread(mill.work_until_idle)
    assert (await client.get(f"/v1/jobs/{response.json()['id']}")).json()["state"] == "succeeded"


async def test_a_failed_job_has_ended_too(client: httpx.AsyncClient, working: None) -> None:
    body = {"kind": "test.fail", "input": {"class": "permanent"}}

    response = await client.post("/v1/jobs", json=body, headers={"Prefer": "wait=20"})

    assert (response.status_code, response.json()["state"]) == (200, "failed")


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("wait=5", 5),
        ("respond-async, wait=5", 5),
        ("Wait=5; x", 5),
        ("wait", 60),
        ("wait=600", 60),
        ("wait=-1", 0),
        ("wait=soon", 0),
        ("await=5", 0),
    ],
)
def test_the_wish_is_read_as_rfc_7240_writes_it(prefer: str | None, seconds: float) -> None:
    assert wanted_wait_s(prefer) == seconds
