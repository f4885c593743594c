"""What a job takes of everything that may run out, and what a hundred million a day would take of it. Prints JSON.

``docs/explain/capacity.md`` is written from it. Judges nothing.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis

from mediamill_testing.cpu import tree_seconds
from mediamill_testing.stacks import Stack, until

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

ROUNDS = int(os.environ.get("ROUNDS", "3"))
DAY_S, JOBS_A_DAY, PEAK = 86_400, 100_000_000, 3
ASSET_BYTES = 2_000_000
HELD_S = 2.5
"""How long a job of a vendor holds a slot: to submit, and to take in what was made."""

KINDS: dict[str, tuple[str, dict[str, Any], int]] = {
    "no-op": ("test.noop", {}, 1_000),
    "four steps": ("test.steps", {"n": 4, "seconds": 0}, 200),
    "bought": ("test.wait", {"seconds": 1}, 100),
    "saved": ("test.keep", {"size": 1_000}, 200),
}
ROWS = """
SELECT sum(n_tup_ins) AS ins, sum(n_tup_upd) AS upd, sum(n_tup_del) AS del, sum(n_tup_hot_upd) AS hot
FROM pg_stat_user_tables
"""
COUNTS = "SELECT xact_commit AS transactions FROM pg_stat_database WHERE datname = current_database()"
WAL = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint AS wal_bytes"
SIZES = """
SELECT regexp_replace(relname, '_(past|rest|\\d{8})$', '') AS name, sum(pg_total_relation_size(oid))::bigint AS bytes
FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace GROUP BY 1
"""
BUSY = "SELECT (SELECT count(*) FROM lines) + (SELECT count(*) FROM leases) + (SELECT count(*) FROM waits) AS n"
SESSIONS = (
    "SELECT application_name AS name, count(*) AS n FROM pg_stat_activity WHERE datname = current_database() GROUP BY 1"
)


def tell(**facts: Any) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")


def in_batches(stack: Stack, kind: str, given: dict[str, Any], jobs: int) -> None:
    """Post jobs at once and wait for their end."""
    with stack.client() as client:
        client.post("/v1/jobs/batch", json={"jobs": [{"kind": kind, "input": given}] * jobs}).raise_for_status()
    until(lambda: stack.sql(BUSY)[0]["n"] == 0, 300, 0.5)


def one_by_one(stack: Stack, kind: str, given: dict[str, Any], jobs: int) -> None:
    """Post jobs one after the other and wait for their end."""
    with stack.client() as client:
        for _ in range(jobs):
            client.post("/v1/jobs", json={"kind": kind, "input": given}).raise_for_status()
    until(lambda: stack.sql(BUSY)[0]["n"] == 0, 300, 0.5)


def counters(stack: Stack) -> dict[str, float]:
    """Give everything that only grows: CPU ms by part, rows, transactions, WAL, commands of the broker."""
    time.sleep(2)  # until every session has told its counts
    found: dict[str, float] = {
        f"cpu_ms {part}": tree_seconds(pid) * 1000 for part, pid in stack.parts().items() if part != "supervisor"
    }
    for query in (ROWS, COUNTS, WAL):
        found |= {name: float(value) for name, value in stack.sql(query)[0].items()}
    broker: Any = redis.Redis.from_url(stack.broker_url).info("stats")
    return found | {"broker_commands": float(broker["total_commands_processed"])}


def measured(
    stack: Stack, post: Callable[[Stack, str, dict[str, Any], int], None], name: str, jobs: int
) -> dict[str, float]:
    """Give what one job of a sort takes, as the median of some rounds."""
    kind, given, _ = KINDS[name]
    rounds = []
    post(stack, kind, given, max(20, jobs // 10))
    for _ in range(ROUNDS):
        before = counters(stack)
        post(stack, kind, given, jobs)
        rounds.append({what: (now - before[what]) / jobs for what, now in counters(stack).items()})
    return {what: round(statistics.median(one[what] for one in rounds), 3) for what in rounds[0]}


def test_what_a_job_takes_and_what_a_hundred_million_would(stack: Stack) -> None:
    found = {}
    for name, (_, _, jobs) in KINDS.items():
        before = {row["name"]: row["bytes"] for row in stack.sql(SIZES)}
        found[name] = measured(stack, in_batches, name, jobs)
        posted = jobs * ROUNDS + max(20, jobs // 10)
        grown = {row["name"]: (row["bytes"] - before.get(row["name"], 0)) / posted for row in stack.sql(SIZES)}
        tables = {table: round(size) for table, size in sorted(grown.items()) if size >= 10}
        found[name]["storage_bytes"] = sum(tables.values())
        tell(bench="capacity", posted="in batches", kind=name, a_job=found[name], tables=tables)
    single = measured(stack, one_by_one, "no-op", 200)
    tell(bench="capacity", posted="one by one", kind="no-op", a_job=single)
    tell(bench="capacity", sessions={row["name"]: row["n"] for row in stack.sql(SESSIONS)}, rss_mb=memory(stack))
    tell(bench="capacity", a_day=JOBS_A_DAY, **{name: arithmetic(facts) for name, facts in found.items()})
    tell(bench="capacity", a_day=JOBS_A_DAY, one_by_one=arithmetic(single))


def memory(stack: Stack) -> dict[str, int]:
    """Give what each part holds in memory, in MB, without its children."""
    pages = {part: Path(f"/proc/{pid}/statm").read_text().split()[1] for part, pid in stack.parts().items()}
    return {part: int(count) * 4096 // 1_000_000 for part, count in pages.items()}


def arithmetic(a_job: dict[str, float]) -> dict[str, float]:
    """Give what a day of so many such jobs takes, at its peak hour where it is a rate."""
    mean = JOBS_A_DAY / DAY_S
    cores = {
        f"cores {what.removeprefix('cpu_ms ')}": round(ms / 1000 * mean * PEAK, 1)
        for what, ms in a_job.items()
        if what.startswith("cpu_ms ") and ms > 0
    }
    rates = {f"{what} a second": round(a_job[what] * mean * PEAK) for what in ("transactions", "broker_commands")}
    daily = {
        f"{what} GB a day": round(a_job[what] * JOBS_A_DAY / 1e9)
        for what in ("wal_bytes", "storage_bytes")
        if what in a_job
    }
    rest = {"jobs a second": round(mean * PEAK), "slots": round(mean * PEAK * HELD_S)}
    return cores | rates | daily | rest | {"asset TB a day": round(ASSET_BYTES * JOBS_A_DAY / 1e12)}
