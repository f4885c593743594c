"""The watch over a worker's runs: woken by a hint, and none the worse without one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from mediamill.handlers.run import Run, Stop
from mediamill.handlers.watch import Watch
from mediamill.hints import CANCEL, Publisher
from mediamill.jobs import transition
from mediamill.jobs.cancel import cancel
from mediamill_testing.harness import Mill
from mediamill_testing.stacks import until

NOBODY = "redis://127.0.0.1:1"
Watching = Callable[..., list[Run]]


@pytest.fixture
def watching(mill: Mill) -> Iterator[Watching]:
    """Watches over two running jobs, of which it cancels the first."""
    stopping = threading.Event()

    def watch(hint_url: str, every_s: float) -> list[Run]:
        runs = [begun(mill), begun(mill)]
        for thread in Watch(mill.db, hint_url, partial(list, runs), refuse, lambda: None, every_s).threads(stopping):
            thread.start()
        with mill.db.unit_of_work() as connection:
            assert cancel(connection, mill.tenant, runs[0].job_id)
        return runs

    yield watch
    stopping.set()


def refuse(run: Run) -> None:
    raise AssertionError(f"{run.job_id} is within its limits")


def begun(mill: Mill) -> Run:
    job = mill.accept("test.noop")
    mill.dispatcher.tick()
    delivery = mill.wire.deliveries.pop()
    row = mill.db.one(transition.claim(job, delivery.number, mill.worker.registration.worker_id))
    assert row is not None
    return Run.of(row, mill.registry.kind(row.kind))


def test_a_hint_has_a_cancelled_run_stopped_long_before_the_next_look(
    mill: Mill, valkey_url: str, watching: Watching
) -> None:
    cancelled, other = watching(valkey_url, every_s=3600)
    publisher = Publisher(valkey_url)

    def is_stopped() -> bool:
        publisher.publish(CANCEL)
        return cancelled.stop_reason is Stop.LOST

    until(is_stopped)
    assert other.stop_reason is None


def test_a_cancelled_run_is_stopped_when_nobody_hints_at_it(mill: Mill, watching: Watching) -> None:
    cancelled, other = watching(NOBODY, every_s=0.05)

    until(lambda: cancelled.stop_reason is Stop.LOST)
    assert other.stop_reason is None
