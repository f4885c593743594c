"""Cancelling many jobs that run trees of processes, with neighbours beside them, and watching what becomes of both."""

from __future__ import annotations

import os
import select
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, NamedTuple

import httpx

from mediamill_testing.queue.handlers import TREE_MARK
from mediamill_testing.stacks import Stack, raw_environment_of, until

TREE_SIZE = 5
PATIENCE_S = 120.0
NEIGHBOURS = """
SELECT count(*) FILTER (WHERE state = 'succeeded' AND attempt = 1 AND crashes = 0) AS unharmed,
       count(*) FILTER (WHERE state NOT IN ('queued', 'running')) AS ended
FROM jobs WHERE id = ANY(%(ids)s::uuid[])
"""
BUSY = "SELECT count(*) AS n FROM leases"


class Felled(NamedTuple):
    """What many cancels did."""

    took_s: list[float]
    """From the call to the end of the last process of the job's tree, in seconds, one for each cancel."""
    answered_s: list[float]
    """From the call to its answer."""
    orphans: int
    neighbours: int
    unharmed: int
    """Neighbours that succeeded at their first attempt and without a crash."""
    crashes: int
    slots_held: int


def fell(stack: Stack, number: int, at_once: int, neighbours: int) -> Felled:
    """Plant and cancel ``number`` trees, ``at_once`` at a time, while ``neighbours`` jobs take steps beside them."""
    body = {"jobs": [{"kind": "test.steps", "input": {"n": 10, "seconds": 0.1}}] * neighbours}
    with stack.client() as client, ThreadPoolExecutor(at_once) as pool:
        beside = [job["id"] for job in client.post("/v1/jobs/batch", json=body).json()["data"]]
        cuts = list(pool.map(lambda _: _plant_and_cut(client), range(number)))
    until(lambda: stack.sql(NEIGHBOURS, ids=beside)[0]["ended"] == len(beside), PATIENCE_S, 0.25)
    until(lambda: stack.sql(BUSY)[0]["n"] == 0, PATIENCE_S, 0.25)
    jobs = [*beside, *(job for job, _, _ in cuts)]
    crashes = stack.sql("SELECT sum(crashes) AS n FROM jobs WHERE id = ANY(%(ids)s::uuid[])", ids=jobs)[0]["n"]
    return Felled(
        took_s=sorted(took for _, took, _ in cuts),
        answered_s=sorted(answered for _, _, answered in cuts),
        orphans=sum(len(tree_of(job)) for job, _, _ in cuts),
        neighbours=len(beside),
        unharmed=stack.sql(NEIGHBOURS, ids=beside)[0]["unharmed"],
        crashes=int(crashes),
        slots_held=stack.sql(BUSY)[0]["n"],
    )


def tree_of(job: str) -> list[int]:
    """Give the living processes of a job's tree."""
    mark = f"{TREE_MARK}={job}".encode()
    with os.scandir("/proc") as entries:
        pids = [int(entry.name) for entry in entries if entry.name.isdigit()]
    return [pid for pid in pids if mark in raw_environment_of(pid)]


def _plant_and_cut(client: httpx.Client) -> tuple[str, float, float]:
    job: str = client.post("/v1/jobs", json={"kind": "test.tree", "input": {}}).raise_for_status().json()["id"]
    pids = until(lambda: _grown(tree_of(job)), PATIENCE_S, 0.25)
    handles = [os.pidfd_open(pid) for pid in pids]
    began = time.monotonic()
    client.post(f"/v1/jobs/{job}/cancel").raise_for_status()
    answered_s = time.monotonic() - began
    for handle in handles:
        if not select.select([handle], [], [], PATIENCE_S)[0]:
            raise TimeoutError(f"a process of job {job} does not end")
    took_s = time.monotonic() - began
    for handle in handles:
        with suppress(OSError):
            os.close(handle)
    return job, took_s, answered_s


def _grown(pids: list[int]) -> list[int] | None:
    return pids if len(pids) == TREE_SIZE else None


def summary(felled: Felled) -> dict[str, Any]:
    """Give the figures to print."""
    took, answered = felled.took_s, felled.answered_s
    return {
        "cancels": len(took),
        "p50_s": round(took[len(took) // 2], 2),
        "p99_s": round(took[int(len(took) * 0.99)], 2),
        "max_s": round(took[-1], 2),
        "answer_p50_ms": round(answered[len(answered) // 2] * 1000, 1),
        "answer_p99_ms": round(answered[int(len(answered) * 0.99)] * 1000, 1),
        **{name: getattr(felled, name) for name in ("orphans", "neighbours", "unharmed", "crashes", "slots_held")},
    }
