"""Is an interval of 80 % kept by 80 % of the jobs? Against a plain simulation of slots that take jobs in order."""

from __future__ import annotations

import heapq
from random import Random

import pytest

from gateway.estimates.forecast import Load, completions_needed, forecast

TRIALS = 600


def end_of(random: Random, mean: float, spread: float, load: Load) -> float:
    """Simulate a queue that has been busy for long, and give when the job at the place ends."""
    ends = [random.random() * mean for _ in range(load.slots)] if load.busy else [0.0] * load.slots
    for _ in range(load.slots * 12 if load.busy else 0):
        heapq.heapreplace(ends, ends[0] + random.lognormvariate(mean, spread))
    now = ends[0] if load.busy else 0.0
    for _ in range(load.position + (1 if load.busy else 0)):
        heapq.heapreplace(ends, ends[0] + random.lognormvariate(mean, spread))
    return ends[0] - now + random.lognormvariate(mean, spread)


@pytest.mark.parametrize(
    "load",
    [Load(0, 4, 0), Load(0, 1, 1), Load(3, 2, 2), Load(15, 4, 4), Load(40, 3, 3), Load(300, 8, 8), Load(60, 64, 64)],
    ids=str,
)
def test_eight_of_ten_jobs_end_within_the_interval(load: Load) -> None:
    random = Random(42)
    kept = 0
    for _ in range(TRIALS):
        own = [random.lognormvariate(0.5, 0.6) for _ in range(200)]

        span = forecast(own, own, load)

        kept += span.low <= end_of(random, 0.5, 0.6, load) <= span.high
    assert 0.72 <= kept / TRIALS <= 0.88


def test_free_slots_go_to_those_ahead_first() -> None:
    assert completions_needed(Load(position=0, slots=4, busy=3)) == 0
    assert completions_needed(Load(position=1, slots=4, busy=3)) == 1
    assert completions_needed(Load(position=9, slots=4, busy=4)) == 10


def test_the_same_question_has_the_same_answer() -> None:
    runs = [1.0 + n / 10 for n in range(50)]

    assert forecast(runs, runs, Load(5, 2, 2)) == forecast(runs, runs, Load(5, 2, 2))


@pytest.mark.parametrize("position", [1, 20, 2000])
def test_the_interval_lies_round_its_middle_and_runs_of_no_time_break_nothing(position: int) -> None:
    for runs in ([0.0] * 20, [0.5] * 20, [0.1, 9.0] * 20):
        span = forecast(runs, runs, Load(position, 2, 2))

        assert 0 <= span.low <= span.middle <= span.high
