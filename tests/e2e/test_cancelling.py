"""Many cancels of jobs that run stubborn trees of processes: nothing is left, and nobody beside them is hurt."""

from __future__ import annotations

import signal

import pytest

from mediamill_testing.cancelling import fell, tree_of
from mediamill_testing.stacks import Stack, until

pytestmark = pytest.mark.xdist_group("stack")


def test_fifty_cancelled_trees_leave_no_process_and_no_neighbour_harmed(stack: Stack) -> None:
    with stack.another_worker("--slots", "10") as worker:
        until(lambda: stack.is_registered(worker.pid), 90)

        felled = fell(stack, 50, 10, 30)

        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0
    assert (felled.orphans, felled.crashes, felled.slots_held) == (0, 0, 0)
    assert felled.unharmed == felled.neighbours


def test_a_killed_workers_trees_end_with_it_or_by_the_next_worker(stack: Stack) -> None:
    job = stack.submit("test.tree")["id"]
    until(lambda: len(tree_of(job)) == 5)
    before = tree_of(job)

    stack.kill_worker()

    until(lambda: not set(before) & set(tree_of(job)), 90)
    with stack.client() as client:
        client.post(f"/v1/jobs/{job}/cancel")
    until(lambda: not tree_of(job))
