"""The formula that the chart renders, driven by recorded arrivals: who is taken away, how soon the first comes."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mediamill.queues.registry import TEST_QUEUE, discover
from simulated.autoscaler import Autoscaler
from simulated.cluster import METER_S, Cluster, Story, recorded
from simulated.formula import evaluate

Render = Callable[..., dict[tuple[str, str], dict[str, Any]]]
ARRIVALS = Path(__file__).parent / "arrivals"
MANIFESTS = {name: queue.manifest for name, queue in discover().queues.items() if name != TEST_QUEUE}
UNTIL_S = 7200
CASES = [
    ("image", "burst"),
    ("merge", "burst"),
    ("text", "trickle"),
    ("audio", "trickle"),
    ("video", "long"),
    ("merge", "long"),
]
LIST_LENGTH = "ceil(backlog / 60)"
"""What scalers do that look at the line alone."""


def played(render: Render, queue: str, arrivals: str, formula: str | None = None, *, notes: bool = True) -> Story:
    scaled = render()["ScaledObject", f"worker-{queue}"]
    cluster = Cluster(Autoscaler(scaled, formula), MANIFESTS[queue].worker.concurrency, grace_s=20, notes=notes)
    return cluster.play(recorded(ARRIVALS / f"{arrivals}.csv"), UNTIL_S)


@pytest.mark.parametrize(("queue", "arrivals"), CASES)
def test_no_busy_worker_is_taken_while_another_is_idle(render: Render, queue: str, arrivals: str) -> None:
    story = played(render, queue, arrivals)

    assert not [taken for taken in story.taken if taken.busy and taken.others_idle]
    assert not [job for job in story.done if job.handed_back]


@pytest.mark.parametrize(("queue", "arrivals"), CASES)
def test_the_first_worker_comes_within_one_poll(render: Render, queue: str, arrivals: str) -> None:
    first_s = min(job.at_s for job in recorded(ARRIVALS / f"{arrivals}.csv"))

    story = played(render, queue, arrivals)

    poll_s = render()["ScaledObject", f"worker-{queue}"]["spec"]["pollingInterval"]
    least = MANIFESTS[queue].scale.min
    assert least or story.pods[first_s - 1] == 0
    assert next(now_s for now_s, pods in enumerate(story.pods) if pods > least) <= first_s + poll_s + METER_S


@pytest.mark.parametrize(("queue", "arrivals"), CASES)
def test_the_number_of_workers_does_not_flap(render: Render, queue: str, arrivals: str) -> None:
    story = played(render, queue, arrivals)

    assert story.turns() <= 1
    assert story.pods[-1] == MANIFESTS[queue].scale.min  # and nobody is left when nothing is left to do


@pytest.mark.parametrize(("queue", "arrivals"), CASES)
def test_every_job_is_done_in_the_end(render: Render, queue: str, arrivals: str) -> None:
    story = played(render, queue, arrivals)

    assert len(story.done) == len(recorded(ARRIVALS / f"{arrivals}.csv"))


def test_work_under_way_keeps_its_workers_when_the_line_is_empty(render: Render) -> None:
    for queue in MANIFESTS:
        formula = Autoscaler(render()["ScaledObject", f"worker-{queue}"]).formula

        kept = evaluate(formula, {"backlog": 0, "running": 5, "busy": 5})

        assert kept == 5, queue


def test_work_in_line_asks_for_what_clears_it_in_the_target_time(render: Render) -> None:
    for queue, manifest in MANIFESTS.items():
        formula = Autoscaler(render()["ScaledObject", f"worker-{queue}"]).formula
        backlog_s = 12 * manifest.scale.target_backlog_s

        wanted = evaluate(formula, {"backlog": backlog_s, "running": 0, "busy": 0})

        assert wanted == math.ceil(12 / manifest.worker.concurrency), queue


def test_a_scaler_that_looks_at_the_line_alone_takes_busy_workers(render: Render) -> None:
    """So this simulation can tell a bad formula from a good one."""
    story = played(render, "merge", "long", LIST_LENGTH, notes=False)

    assert [taken for taken in story.taken if taken.busy and taken.others_idle]
    assert [job for job in story.done if job.handed_back]


def test_without_the_conductors_notes_the_youngest_is_taken_busy_or_not(render: Render) -> None:
    """Which is why there are notes: the formula says how many, and cannot say who."""
    story = played(render, "merge", "long", notes=False)

    assert [taken for taken in story.taken if taken.busy and taken.others_idle]


@pytest.mark.parametrize("said", ["__import__('os')", "backlog ** 2", "backlog if running else 0", "floor(backlog)"])
def test_what_is_no_formula_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="nothing that the formula may say"):
        evaluate(said, {"backlog": 1, "running": 1})
