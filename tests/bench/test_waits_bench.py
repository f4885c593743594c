"""What thousands of waits cost, and how late they wake; prints JSON and judges only what must hold on any machine."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mediamill.clock import monotonic
from mediamill_testing.cpu import tree_seconds
from mediamill_testing.stacks import Stack, running_stack
from mediamill_testing.waits import Waits, posted, set_faults

pytestmark = pytest.mark.bench

JOBS = int(os.environ.get("WAITS", "5000"))
REHEARSAL = 300
LEAST_S = 10.0
ROOM = 0.8
"""The waits last so long, in lives of a rehearsal, that all are there at once: a life is a submission and a finish."""
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
    seconds = max(LEAST_S, _rehearsed_s(fresh) / REHEARSAL * JOBS * ROOM)
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
    assert (
        hooks == "sent" or waits.most_looks() == 1
    )  # each was found by its first look, whose time was set at its park


def _rehearsed_s(stack: Stack) -> float:
    """Tell how long some waits of no length take from their post to the last one's end, in seconds."""
    began = monotonic()
    Waits(stack, posted(stack, REHEARSAL, 0)).watch_to_the_end(patience_s=300)
    return monotonic() - began


def tell(**facts: Any) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
