"""What was done is never done again."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from mediamill.handlers.run import Stop
from mediamill.jobs.states import State
from mediamill.wire.message import Delivery, Received
from mediamill_testing.harness import Mill


def bought(ledger: Path) -> list[str]:
    return ledger.read_text().split()


def test_an_effect_is_recorded_with_its_result(mill: Mill, tmp_path: Path) -> None:
    job = mill.accept("shop.buy", {"ledger": str(tmp_path / "ledger")})

    mill.work_until_idle()

    assert mill.state_of(job) is State.SUCCEEDED
    assert [(step.name, step.type, step.state) for step in mill.steps(job)] == [("buy", "effect", "done")]


@pytest.mark.parametrize("crash_after", ["intent", "deed"])
def test_an_effect_that_broke_is_adopted_and_never_bought_twice(mill: Mill, tmp_path: Path, crash_after: str) -> None:
    ledger = tmp_path / "ledger"
    job = mill.accept("shop.buy", {"ledger": str(ledger), "crash_after": crash_after})

    state = mill.work_until_ended(job)

    assert state is State.SUCCEEDED
    assert len(bought(ledger)) == 1
    assert mill.job(job).output["receipt"] == f"receipt of {bought(ledger)[0]}"


def test_an_effect_whose_outcome_nobody_knows_fails_the_job_rather_than_buying_again(
    mill: Mill, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger"
    job = mill.accept("shop.buy", {"ledger": str(ledger), "crash_after": "deed", "finds": False})

    state = mill.work_until_ended(job)

    assert state is State.FAILED
    assert mill.job(job).error["code"] == "outcome-unknown"
    assert len(bought(ledger)) == 1


def test_a_handler_that_asks_for_other_steps_fails_as_nondeterministic(mill: Mill, tmp_path: Path) -> None:
    job = mill.accept("shop.drift", {"flag": str(tmp_path / "flag")})

    state = mill.work_until_ended(job)

    assert state is State.FAILED
    assert mill.job(job).error["code"] == "nondeterministic"
    assert "'first'" in mill.job(job).error["message"]


def test_steps_that_are_done_are_not_run_again_after_a_hand_back(mill: Mill) -> None:
    job = mill.accept("test.steps", {"n": 4, "seconds": 0.05})
    mill.dispatcher.tick()
    delivery = mill.wire.deliveries.pop()
    steps_before = run_until_step(mill, delivery, 2)

    mill.work_until_idle()

    assert mill.state_of(job) is State.SUCCEEDED
    assert [step.started_at for step in mill.steps(job)][: len(steps_before)] == steps_before
    assert "handed_back" in mill.told(job)
    assert mill.job(job).attempt == 1


def run_until_step(mill: Mill, delivery: Delivery, count: int) -> list[object]:
    """Run a delivery in a thread and drain its worker when ``count`` steps are there; give when those began."""
    thread = threading.Thread(target=mill.worker.deliver, args=([Received(delivery.job_id, delivery.number)],))
    thread.start()
    while len(mill.steps(delivery.job_id)) < count:
        thread.join(0.01)
    for run in mill.worker.runs():
        run.stop(Stop.DRAIN)
    thread.join()
    return [step.started_at for step in mill.steps(delivery.job_id)]
