"""What traces cost a job that does nothing: CPU of all processes, off and on, in turn on two stacks in one run."""

from __future__ import annotations

import json
import os
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mediamill_testing.cpu import family_seconds
from mediamill_testing.spans import Collector, collecting
from mediamill_testing.stacks import Stack, running_stack, until

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

JOBS = 300
ROUNDS = 3 if os.environ.get("QUICK") else 7
SAMPLED = "00-{:032x}-00f067aa0ba902b7-01"
LEFT = "SELECT 1 FROM jobs WHERE state NOT IN ('succeeded', 'failed', 'canceled') LIMIT 1"


def test_what_traces_cost(tmp_path: Path) -> None:
    (tmp_path / "off").mkdir()
    (tmp_path / "on").mkdir()
    with collecting() as collector:
        settings = {"MEDIAMILL_OTLP_URL": collector.url}
        with running_stack(tmp_path / "off") as off, running_stack(tmp_path / "on", **settings) as on:
            ways: dict[str, Callable[[], float]] = {
                "off": lambda: cost_ms(off, sampled=False),
                "on, a few traced": lambda: cost_ms(on, sampled=False),
                "on, all traced": lambda: cost_ms(on, sampled=True),
            }
            figures = in_turn(ways)
            tell(figures, collector)


def in_turn(ways: dict[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Measure each way in every round, the order reversed in every second one; the first round warms up."""
    figures: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(ROUNDS + 1):
        for name in list(ways) if number % 2 else reversed(list(ways)):
            spent = ways[name]()
            if number:
                figures[name].append(spent)
    return figures


def cost_ms(stack: Stack, *, sampled: bool) -> float:
    """Post jobs one by one and give the CPU of one, from its POST to its end, of the stack with its database, in ms."""
    before = family_seconds(stack.pid)
    with stack.client() as client:
        for number in range(JOBS):
            headers = {"traceparent": SAMPLED.format(number + 1)} if sampled else {}
            client.post("/v1/jobs", json={"kind": "test.noop", "input": {}}, headers=headers).raise_for_status()
    until(lambda: not stack.sql(LEFT), 120)
    return (family_seconds(stack.pid) - before) / JOBS * 1000


def tell(figures: dict[str, list[float]], collector: Collector) -> None:
    """Print what was measured; nobody judges it here."""
    off = statistics.median(figures["off"])
    for name, rounds in figures.items():
        ratios = [one / other for one, other in zip(rounds, figures["off"], strict=True)]
        facts = {
            "bench": f"traces {name}",
            "cpu_ms_a_job": round(statistics.median(rounds), 3),
            "of_off": round(statistics.median(rounds) / off, 3),
            "of_off_round_by_round": [round(ratio, 3) for ratio in ratios],
        }
        sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.write(json.dumps({"bench": "traces", "spans": len(collector.spans)}) + "\n")
