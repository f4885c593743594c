"""The watch looks at what is due, wakes who waited, and lets no vendor hold up the others."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import event, func, update

from conductor.watch.schedule import pause_s
from conductor.watch.tick import Watcher, gathered
from mediamill.clock import monotonic
from mediamill.errors import ProviderDown, RateLimited
from mediamill.jobs.states import State
from mediamill.providers.model import PredictionRow
from mediamill.providers.protocol import EffectKey, Ended
from mediamill.wire.message import Received
from mediamill_testing.harness import Mill
from mediamill_testing.receiver import until
from mediamill_testing.vendor.server import VendorServer
from mediamill_vendors import shelf


class Down:
    """A vendor that does not answer."""

    name = "replicate"

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.asked = 0

    def poll(self, ids: Collection[str], outstanding: int) -> Iterator[list[Ended]]:
        self.asked += 1
        raise self.error

    def find(self, effect: EffectKey) -> str | None:
        raise self.error

    def cancel(self, id: str) -> None:
        raise self.error

    def read_hook(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Ended | None:
        raise self.error

    def learn(self) -> None:
        raise self.error


def waiting(mill: Mill, number: int, seconds: float = 0) -> list[UUID]:
    """Have jobs wait for predictions that have ended, if they take no time, and are due."""
    jobs = [mill.accept("test.wait", {"seconds": seconds}) for _ in range(number)]
    until(lambda: all(mill.state_of(job) is State.WAITING for job in jobs), lambda: run_without_looking(mill))
    return jobs


def run_without_looking(mill: Mill) -> None:
    mill.dispatcher.tick()
    deliveries, mill.wire.deliveries = mill.wire.deliveries, []
    for delivery in deliveries:
        mill.worker.deliver([Received(delivery.job_id, delivery.number)])


def make_due(mill: Mill) -> None:
    with mill.db.unit_of_work() as connection:
        connection.execute(update(PredictionRow).values(next_at=func.now()))


def states(mill: Mill, jobs: list[UUID]) -> set[State]:
    return {mill.state_of(job) for job in jobs}


def test_many_ends_are_written_and_woken_by_few_statements(mill: Mill, vendor: VendorServer) -> None:
    jobs = waiting(mill, 30)
    make_due(mill)
    asked: list[str] = []
    event.listen(mill.db.engine, "before_cursor_execute", lambda *facts: asked.append(facts[2]))

    mill.watcher.tick()

    assert states(mill, jobs) == {State.QUEUED}
    assert len([one for one in asked if "predictions" in one]) == 3  # due? claim, count; the ends are written beside


def test_two_watchers_never_look_at_the_same(mill: Mill, vendor: VendorServer) -> None:
    jobs = waiting(mill, 12)
    make_due(mill)
    watchers = [Watcher(mill.db, "replicate", shelf.vendor, mill.config) for _ in range(4)]

    with ThreadPoolExecutor(4) as pool:
        done = sum(pool.map(lambda watcher: watcher.tick(), watchers))

    assert done == 12
    assert all(mill.told(job).count("woken") == 1 for job in jobs)
    assert {mill.predictions(job)[0].polls for job in jobs} == {1}


def test_what_goes_on_is_looked_at_later_and_later(mill: Mill, vendor: VendorServer) -> None:
    (job,) = waiting(mill, 1, seconds=60)
    pauses = []

    for _ in range(4):
        make_due(mill)
        mill.watcher.tick()
        (row,) = mill.predictions(job)
        pauses.append((row.next_at - row.begun_at).total_seconds())

    assert mill.predictions(job)[0].polls == 4
    assert pauses == sorted(pauses)


def test_without_webhooks_each_wait_ends_at_its_first_look(mill: Mill, vendor: VendorServer) -> None:
    jobs = [mill.accept("test.wait", {"seconds": seconds}) for seconds in (0, 0.1, 0.2, 0.3) * 5]

    until(lambda: states(mill, jobs) == {State.SUCCEEDED}, mill.turn)

    assert {mill.predictions(job)[0].polls for job in jobs} == {1}


def test_ends_are_written_as_they_are_read(mill: Mill) -> None:
    def reading() -> Iterator[list[Ended]]:
        yield [Ended(id=str(number)) for number in range(150)]
        yield [Ended(id="one")]
        raise ProviderDown("away")

    read = gathered(reading())

    assert (len(next(read)), len(next(read))) == (150, 1)
    with pytest.raises(ProviderDown):
        next(read)


@pytest.mark.parametrize("error", [ProviderDown("away"), RateLimited("busy", retry_after_s=60)])
def test_a_vendor_that_is_down_fails_nobody_and_is_left_alone(
    mill: Mill, vendor: VendorServer, error: Exception
) -> None:
    jobs = waiting(mill, 3)
    make_due(mill)
    down = Down(error)
    watcher = Watcher(mill.db, "replicate", lambda _: down, mill.config)

    for _ in range(5):
        watcher.tick()

    assert (down.asked, states(mill, jobs)) == (1, {State.WAITING})
    assert {mill.predictions(job)[0].polls for job in jobs} == {0}


def test_a_wait_ends_when_something_is_due_and_never_lasts_longer_than_idle() -> None:
    assert pause_s(None, 0, 1) == 1
    assert pause_s(0.5, 0, 1) == 0.5
    assert pause_s(-3, 0, 1) == 0.2
    assert pause_s(0.3, 0.7, 1) == 0.7
    assert pause_s(90, 90, 1) == 1


def test_a_bell_ends_the_wait(mill: Mill) -> None:
    mill.watcher.ring()
    began = monotonic()

    mill.watcher.wait(5)

    assert monotonic() - began < 0.5


@pytest.mark.parametrize("name", ["replicate", "fal"])
def test_a_vendor_without_a_key_is_hardly_ever_looked_at(mill: Mill, vendor: VendorServer, name: str) -> None:
    watcher = Watcher(mill.db, name, shelf.vendor, mill.config.model_copy(update={"poll_s": 0.05}))
    watcher.tick()
    ring = threading.Timer(2, watcher.ring)
    ring.start()
    began = monotonic()

    watcher.wait(0)

    assert (monotonic() - began < 1.5) is (name == "replicate")
    ring.cancel()
