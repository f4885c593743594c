"""What a million finished jobs change: CPU a job, lists, bloat, idling. Prints JSON and judges nothing.

Two stacks take turns, one new and one with a past, so that whatever else the machine does falls on both.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mediamill_testing.cpu import tree_seconds
from mediamill_testing.past import give_past
from mediamill_testing.stacks import Stack, running_stack, until

pytestmark = pytest.mark.bench

PAST = int(os.environ.get("MEDIAMILL_BENCH_PAST", "1000000"))
ROUNDS = 5
BATCHED, SINGLE, MORE = 1000, 200, 20_000
IDLE_S = 30
NOOP: dict[str, Any] = {"kind": "test.noop", "input": {}}

PATHS = (
    *("/v1/jobs", "/v1/jobs?limit=200", "/v1/jobs?cursor={deep}", "/v1/jobs?parent={parent}"),
    *(f"/v1/jobs?state={state}" for state in ("queued", "running", "waiting", "succeeded", "failed", "canceled")),
    *("/v1/jobs?kind=test.noop", "/v1/jobs?kind=test.fanout", "/v1/jobs?kind=test.noop&state=failed"),
    *("/v1/jobs?queue=image", "/v1/jobs?queue=flow", "/v1/jobs/{job}", "/v1/jobs/{job}/events", "/v1/jobs/{job}/steps"),
    *("/v1/queues", "/v1/assets", "/v1/usage?days=1", "/v1/usage"),
)

BLOAT = """
SELECT relname AS name, pg_table_size(relid) / 1024 AS table_kb, pg_indexes_size(relid) / 1024 AS indexes_kb,
    n_live_tup AS live, n_dead_tup AS dead, n_tup_upd AS updates, n_tup_hot_upd AS hot, autovacuum_count AS vacuums
FROM pg_stat_user_tables WHERE relname = ANY(%(names)s) ORDER BY 1
"""
TABLES = ["jobs", "events", "lines", "leases", "steps", "reuse"]


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Stack]]:
    """Two stacks, ``new`` and ``old``."""
    with (
        running_stack(tmp_path_factory.mktemp("new"), MEDIAMILL_RETENTION_DAYS="3650") as new,
        running_stack(tmp_path_factory.mktemp("old"), MEDIAMILL_RETENTION_DAYS="3650") as old,
    ):
        give_past(old.database_url, tenant_of(old), PAST)
        yield {"new": new, "old": old}


def tell(**facts: Any) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")


def tenant_of(stack: Stack) -> Any:
    return stack.sql("SELECT id FROM tenants ORDER BY id LIMIT 1")[0]["id"]


def test_a_job_costs_as_much_with_a_past(stacks: dict[str, Stack]) -> None:
    for name, post, jobs in (("batched", batch, BATCHED), ("one by one", one_by_one, SINGLE)):
        spent: dict[str, list[dict[str, float]]] = {"new": [], "old": []}
        for _ in range(ROUNDS + 1):
            for age, stack in stacks.items():
                spent[age].append(cpu_ms_per_job(stack, post, jobs))
        medians = {
            age: {part: statistics.median(r[part] for r in rounds[1:]) for part in rounds[0]}
            for age, rounds in spent.items()
        }
        total = {age: statistics.median(sum(r.values()) for r in rounds[1:]) for age, rounds in spent.items()}
        tell(bench=f"W6 {name}", past=PAST, ratio=round(total["old"] / total["new"], 3), total_ms=total, parts=medians)


def test_lists_over_a_past(stacks: dict[str, Stack]) -> None:
    stack = stacks["old"]
    job = stack.sql(
        "SELECT parent_id, id FROM jobs WHERE tenant_id = %(t)s AND parent_id IS NOT NULL AND kind = "
        "'test.noop' ORDER BY id OFFSET 1000 LIMIT 1",
        t=tenant_of(stack),
    )[0]
    with stack.client() as client:
        deep = None
        for _ in range(50):
            query = {"limit": 200, **({"cursor": deep} if deep else {})}
            deep = client.get("/v1/jobs", params=query).json()["next_cursor"]
        for path in PATHS:
            took = []
            for _ in range(40):
                began = time.perf_counter()
                client.get(path.format(deep=deep, parent=job["parent_id"], job=job["id"])).raise_for_status()
                took.append((time.perf_counter() - began) * 1000)
            tell(bench=f"GET {path}", p50_ms=round(statistics.median(took), 2), p95_ms=round(sorted(took)[37], 2))


def test_bloat_of_twenty_thousand_more_jobs(stacks: dict[str, Stack]) -> None:
    stack = stacks["old"]
    before = stack.sql(BLOAT, names=TABLES)
    for _ in range(MORE // 1000):
        batch(stack, 1000)
    time.sleep(20)  # until autovacuum has looked once more
    for old, new in zip(before, stack.sql(BLOAT, names=TABLES), strict=True):
        updates = new["updates"] - old["updates"]
        hot = round((new["hot"] - old["hot"]) / updates, 3) if updates else None
        tell(bench="bloat", jobs=MORE, before=old, after=new, hot_share=hot)


def test_idling_with_a_past(stacks: dict[str, Stack]) -> None:
    time.sleep(15)
    for age, stack in stacks.items():
        query = "SELECT xact_commit + xact_rollback AS n FROM pg_stat_database WHERE datname = current_database()"
        cpu, asked = cpu_seconds(stack), stack.sql(query)[0]["n"]
        time.sleep(IDLE_S)
        spent = {part: round((used - cpu[part]) / IDLE_S * 100, 2) for part, used in cpu_seconds(stack).items()}
        a_second = (stack.sql(query)[0]["n"] - asked) / IDLE_S
        tell(
            bench="idle", stack=age, transactions_a_second=round(a_second, 2), cpu_percent=sum(spent.values()), **spent
        )


def batch(stack: Stack, jobs: int) -> None:
    """Post jobs at once and wait for their end."""
    with stack.client() as client:
        client.post("/v1/jobs/batch", json={"jobs": [NOOP] * jobs}).raise_for_status()
    drain(stack)


def one_by_one(stack: Stack, jobs: int) -> None:
    """Post jobs one after the other and wait for their end."""
    with stack.client() as client:
        for _ in range(jobs):
            client.post("/v1/jobs", json=NOOP).raise_for_status()
    drain(stack)


def drain(stack: Stack) -> None:
    """Wait until nothing is in line or under way."""
    busy = "SELECT (SELECT count(*) FROM lines) + (SELECT count(*) FROM leases) AS n"
    until(lambda: stack.sql(busy)[0]["n"] == 0, 300, 0.5)


def cpu_ms_per_job(stack: Stack, post: Callable[[Stack, int], None], jobs: int) -> dict[str, float]:
    """Give what each part spent on a job."""
    before = cpu_seconds(stack)
    post(stack, jobs)
    return {part: round((used - before[part]) / jobs * 1000, 3) for part, used in cpu_seconds(stack).items()}


def cpu_seconds(stack: Stack) -> dict[str, float]:
    """Give the CPU seconds that each part of the stack has used, with its children."""
    return {name: tree_seconds(pid) for name, pid in stack.parts().items() if name != "supervisor"}
