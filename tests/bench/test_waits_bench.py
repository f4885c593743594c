"""What thousands of waits cost, and how late they go on; prints JSON and judges only what must hold on any machine."""

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
REHEARSAL = 500
LEAST_S = 10.0
ROOM = 1.2
"""All are to wait at once, so a wait lasts longer than it takes to submit them all, by what a rehearsal tells of that.

Their ends then come as fast as their submissions went: no machine can be asked for more than it can take in.
"""
PARTS = {"gateway", "conductor", "worker", "postgres", "valkey"}


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Stack]:
    with running_stack(tmp_path) as running:
        running.ended(running.submit("test.wait", {"seconds": 0.1})["id"])
        yield running


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("hooks", ["sent", "dropped"])
def test_thousands_of_waits_behind_one_worker(fresh: Stack, hooks: str) -> None:
    if hooks == "dropped":
        set_faults(fresh, drop_hooks=True)
    seconds = max(LEAST_S, _submitted_in_s(fresh) * ROOM)
    pids = fresh.parts()
    before = {name: tree_seconds(pid) for name, pid in pids.items() if name in PARTS}

    waits = Waits(fresh, posted(fresh, JOBS, seconds))
    waits.watch_to_the_end(patience_s=1200)

    cost = {name: (tree_seconds(pids[name]) - spent) * 1000 / JOBS for name, spent in before.items()}
    tell(
        bench=f"{JOBS} waits of {seconds:.0f} s, webhooks {hooks}",
        cpu_ms_per_job={"all": round(sum(cost.values()), 2)} | {name: round(ms, 2) for name, ms in cost.items()},
        **waits.figures(),
    )
    assert (waits.succeeded, waits.most_held) == (JOBS, 0)
    # Without webhooks each is found by its first look, one step after its end: the look's time was set at its park.
    assert hooks == "sent" or waits.most_looks() == 1


def _submitted_in_s(stack: Stack) -> float:
    """Tell how long all will take from the first post until the last one waits, in seconds."""
    some = Waits(stack, posted(stack, REHEARSAL, LEAST_S))
    some.watch_to_the_end(patience_s=300)
    return some.parked_after_s() / REHEARSAL * JOBS


def tell(**facts: Any) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
