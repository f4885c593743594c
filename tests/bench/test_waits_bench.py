"""What thousands of waits cost, and how late they wake; prints JSON and judges nothing."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mediamill_testing.cpu import tree_seconds
from mediamill_testing.stacks import Stack, running_stack
from mediamill_testing.waits import Waits, posted, set_faults

pytestmark = pytest.mark.bench

JOBS = int(os.environ.get("WAITS", "5000"))
SECONDS = 10.0
PARTS = {"gateway", "conductor", "worker", "postgres", "valkey"}


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Stack]:
    with running_stack(tmp_path) as running:
        running.ended(running.submit("test.wait", {"seconds": 0.1})["id"])
        yield running


@pytest.mark.timeout(900)
@pytest.mark.parametrize("hooks", ["sent", "dropped"])
def test_thousands_of_waits_behind_one_worker(fresh: Stack, hooks: str) -> None:
    if hooks == "dropped":
        set_faults(fresh, drop_hooks=True)
    pids = fresh.parts()
    before = {name: tree_seconds(pid) for name, pid in pids.items() if name in PARTS}

    waits = Waits(fresh, posted(fresh, JOBS, SECONDS))
    waits.watch_to_the_end(patience_s=600)

    cost = {name: (tree_seconds(pids[name]) - spent) * 1000 / JOBS for name, spent in before.items()}
    tell(
        bench=f"{JOBS} waits of {SECONDS:g} s, webhooks {hooks}",
        cpu_ms_per_job={"all": round(sum(cost.values()), 2)} | {name: round(ms, 2) for name, ms in cost.items()},
        **waits.figures(),
    )


def tell(**facts: Any) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
