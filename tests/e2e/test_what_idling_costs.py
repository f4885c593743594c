"""A stack with nothing to do must cost next to nothing."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from mediamill_testing.stacks import Stack, running_stack

pytestmark = pytest.mark.alone

SETTLING_S = 3
WATCHED_S = 20
MOST_QUERIES_A_SECOND = 5
MOST_MEMORY_MB = 900


def test_an_idle_stack_asks_and_holds_little(tmp_path: Path) -> None:
    with running_stack(tmp_path) as stack:
        stack.ended(stack.submit("test.noop")["id"])
        time.sleep(SETTLING_S)
        a_second = queries(stack, WATCHED_S) / WATCHED_S
        memory_mb = sum(held_mb(pid) for pid in processes(stack))

    assert 0.5 < a_second <= MOST_QUERIES_A_SECOND
    assert 100 < memory_mb <= MOST_MEMORY_MB


def queries(stack: Stack, seconds: float) -> int:
    """Count what Postgres is asked meanwhile, by its log: its statistics come up to ten seconds late."""
    log = stack.data / "logs" / "postgres.log"
    begin = log.stat().st_size
    stack.sql("ALTER SYSTEM SET log_min_duration_statement = 0")
    stack.sql("SELECT pg_reload_conf()")
    time.sleep(seconds)
    asked = re.findall(r" ms  (?:execute .*|statement): *(.*)", log.read_text()[begin:])
    return sum(not query.startswith(("BEGIN", "COMMIT")) for query in asked)


def processes(stack: Stack) -> set[int]:
    """Give the parts of a stack and their children."""
    parts = set(stack.parts().values())
    children = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rsplit(")", 1)[1].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent in parts:
            children.add(int(stat.parent.name))
    return parts | children


def held_mb(pid: int) -> float:
    """Give a process's memory, what it shares counted by its share."""
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return int(re.search(r"^Pss:\s+(\d+) kB", told, re.MULTILINE)[1]) / 1024  # type: ignore[index]
