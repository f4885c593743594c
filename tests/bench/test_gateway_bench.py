"""What accepting costs; prints JSON and judges nothing."""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from typing import Any

import httpx
import pytest

from mediamill_testing.cpu import tree_seconds
from mediamill_testing.stacks import Stack, until

pytestmark = pytest.mark.bench

RATE = 50
SECONDS = 20


def tell(**facts: Any) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")


def test_posting_fifty_jobs_a_second(stack: Stack) -> None:
    took = asyncio.run(post_steadily(stack))

    tell(
        bench="POST /v1/jobs at 50/s",
        requests=len(took),
        p50_ms=round(statistics.median(took) * 1000, 2),
        p99_ms=round(statistics.quantiles(took, n=100)[98] * 1000, 2),
        max_ms=round(max(took) * 1000, 2),
    )


async def post_steadily(stack: Stack) -> list[float]:
    """Post on a fixed beat, however long an answer takes; give each answer's time in seconds."""
    took: list[float] = []
    headers = {"Authorization": f"Bearer {stack.key}"}
    body = {"kind": "test.noop", "input": {}}
    async with httpx.AsyncClient(base_url=stack.url, headers=headers, timeout=30) as client:

        async def post() -> None:
            began = time.perf_counter()
            (await client.post("/v1/jobs", json=body)).raise_for_status()
            took.append(time.perf_counter() - began)

        for _ in range(10):
            await post()
        took.clear()
        tasks, began = [], time.perf_counter()
        for number in range(RATE * SECONDS):
            await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
            tasks.append(asyncio.create_task(post()))
        await asyncio.gather(*tasks)
    return took


def test_from_the_post_to_the_answer_on_an_idle_stack(stack: Stack) -> None:
    drain(stack)
    took = []
    with stack.client() as client:
        for _ in range(100):
            began = time.perf_counter()
            body = {"kind": "test.noop", "input": {}}
            client.post("/v1/jobs", json=body, headers={"Prefer": "wait=20"}).raise_for_status()
            took.append(time.perf_counter() - began)

    tell(
        bench="POST with Prefer: wait, idle",
        p50_ms=round(statistics.median(took) * 1000, 2),
        p99_ms=round(statistics.quantiles(took, n=100)[98] * 1000, 2),
    )


def test_a_batch_of_a_thousand(stack: Stack) -> None:
    body = {"jobs": [{"kind": "test.noop", "input": {"payload": str(number)}} for number in range(1000)]}
    with stack.client() as client:
        took = []
        for _ in range(5):
            began = time.perf_counter()
            client.post("/v1/jobs/batch", json=body).raise_for_status()
            took.append(time.perf_counter() - began)

    drain(stack)
    tell(bench="POST /v1/jobs/batch of 1000", median_s=round(statistics.median(took), 3), max_s=round(max(took), 3))


def test_throughput_of_jobs_that_do_nothing(stack: Stack) -> None:
    body = {"jobs": [{"kind": "test.noop", "input": {}}] * 1000}
    before = cpu_seconds(stack)
    began = time.perf_counter()
    with stack.client() as client:
        jobs = [job["id"] for job in client.post("/v1/jobs/batch", json=body).json()["data"]]
    query = "SELECT count(*) AS n FROM jobs WHERE id = ANY(%(ids)s::uuid[]) AND state = 'succeeded'"
    while stack.sql(query, ids=jobs)[0]["n"] < len(jobs):
        time.sleep(0.25)
    took = time.perf_counter() - began
    after = cpu_seconds(stack)

    spent = {name: round((after[name] - before[name]) / len(jobs) * 1000, 2) for name in after if name in before}
    tell(
        bench="1000 no-ops",
        jobs_per_s=round(len(jobs) / took, 1),
        cpu_ms_per_job=spent,
        total=round(sum(spent.values()), 2),
    )


def drain(stack: Stack) -> None:
    """Wait until nothing is in line or under way."""
    busy = "SELECT (SELECT count(*) FROM lines) + (SELECT count(*) FROM leases) AS n"
    until(lambda: stack.sql(busy)[0]["n"] == 0, 300, 0.5)


def cpu_seconds(stack: Stack) -> dict[str, float]:
    """Give the CPU seconds that each part of the stack has used, with its children."""
    return {name: tree_seconds(pid) for name, pid in stack.parts().items() if name != "supervisor"}
