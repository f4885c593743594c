"""Fairness on the real dispatcher: what it hands over, in which order, with nobody running it."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import func, text, update

from conductor.dispatch.tick import Dispatcher
from mediamill.jobs.accept import accept
from mediamill.jobs.model import Worker
from mediamill.queues.fair import Turns
from mediamill.queues.model import QueueState
from mediamill.queues.positions import places, positions
from mediamill.settings import Settings
from mediamill_testing.harness import ListWire, Mill

FINISH = text("WITH ended AS (DELETE FROM leases RETURNING job_id, tenant_id) SELECT tenant_id FROM ended")
"""Stands for workers: everything that was handed over leaves its slot."""


def fill(mill: Mill, tenant_id: UUID, jobs: int, kind: str = "test.noop", priority: int = 5) -> list[UUID]:
    made: list[UUID] = []
    for begin in range(0, jobs, 1000):
        requests = [mill.request(kind, tenant_id=tenant_id, priority=priority)] * min(1000, jobs - begin)
        with mill.db.unit_of_work() as connection:
            made += [accepted.job_id for accepted in accept(connection, requests)]
    return made


def drain(mill: Mill, jobs: int) -> Counter[UUID]:
    """Let that many jobs be handed over and end, and count whose they were."""
    count = Counter[UUID]()
    finish(mill)
    while count.total() < jobs:
        mill.dispatcher.tick()
        ended = finish(mill)
        assert len(ended) == len(mill.wire.deliveries) > 0
        mill.wire.deliveries.clear()
        count.update(ended)
    return count


def finish(mill: Mill) -> list[UUID]:
    """End what was handed over, and tell whose that was; the workers live on, however slow this machine is."""
    with mill.db.unit_of_work() as connection:
        connection.execute(update(Worker).values(seen_at=func.now()))
        return list(connection.execute(FINISH).scalars())


def jain(counts: list[int]) -> float:
    return sum(counts) ** 2 / (len(counts) * sum(count**2 for count in counts))


def test_one_job_behind_ten_thousand_of_another_tenant_is_in_the_first_window(mill: Mill) -> None:
    flood, newcomer = mill.tenant, mill.add_tenant("newcomer")
    fill(mill, flood, 10_000)
    mill.dispatcher.tick()
    mill.wire.deliveries.clear()
    finish(mill)
    (job,) = fill(mill, newcomer, 1)

    mill.dispatcher.tick()

    assert job in [delivery.job_id for delivery in mill.wire.deliveries]


def test_weights_of_three_to_one_give_three_jobs_for_one(mill: Mill) -> None:
    heavy, light = mill.add_tenant("heavy", weight=3), mill.add_tenant("light", weight=1)
    mill.add_worker(slots=50)
    for tenant in (heavy, light):
        fill(mill, tenant, 3000)

    count = drain(mill, 3000)

    assert count[heavy] / count[light] == pytest.approx(3, rel=0.1)


def test_equal_tenants_are_served_equally_whatever_they_have_in_line(mill: Mill) -> None:
    tenants = [mill.add_tenant(f"equal {number}") for number in range(10)]
    mill.add_worker(slots=20)
    for number, tenant in enumerate(tenants):
        fill(mill, tenant, 120 + 100 * number)

    count = drain(mill, 1000)

    assert jain([count[tenant] for tenant in tenants]) >= 0.95


def test_dispatchers_that_race_over_two_queues_keep_a_tenants_limit(mill: Mill) -> None:
    tenant = mill.add_tenant("limited", max_running=3)
    mill.add_worker(slots=100)
    rivals = [Dispatcher(mill.db, mill.registry, ListWire(), mill.config) for _ in range(4)]  # type: ignore[arg-type]
    fill(mill, tenant, 100)
    with mill.db.unit_of_work() as connection:
        accept(connection, [mill.request("shop.timer", {"seconds": 1}, tenant_id=tenant)] * 100)

    with ThreadPoolExecutor(len(rivals)) as pool:
        for _ in range(15):
            list(pool.map(Dispatcher.tick, rivals))
            assert finish(mill) == [tenant] * 3


def test_dispatchers_that_race_keep_a_kinds_limit(mill: Mill) -> None:
    kind = mill.registry.kinds["test.noop"]
    limited = type(kind)(kind.name, kind.queue, kind.package, kind.manifest.model_copy(update={"max_running": 4}))
    mill.registry.kinds["test.noop"] = limited
    mill.add_worker(slots=100)
    rivals = [Dispatcher(mill.db, mill.registry, ListWire(), mill.config) for _ in range(4)]  # type: ignore[arg-type]
    for name in ("first", "second"):
        fill(mill, mill.add_tenant(f"{name} of a kind"), 50)

    with ThreadPoolExecutor(len(rivals)) as pool:
        for _ in range(10):
            list(pool.map(Dispatcher.tick, rivals))
            assert len(finish(mill)) == 4


def told_places(mill: Mill, tenant: UUID, jobs: list[UUID], config: Settings) -> dict[UUID, int]:
    """Ask for places both ways: many at once, and one by one. They must agree."""
    with mill.db.unit_of_work() as connection:

        def ask(ids: list[UUID]) -> dict[UUID, int]:
            given = {"ids": ids, "tenant_id": tenant, "step_ms": config.age_step_ms}
            found = places(tenant, connection.execute(positions(len(ids)), given))
            return {job: place.position for job, place in found.items()}

        alone = {job: place for job in jobs for job, place in ask([job]).items()}
        assert len(jobs) <= 5 or alone == ask(jobs)
        return alone


@pytest.mark.parametrize("seed", range(4))
def test_places_are_the_order_in_which_the_dispatcher_hands_over(mill: Mill, seed: int) -> None:
    random = Random(seed)
    config: Settings = mill.config.model_copy(update={"age_step_s": 0.003})
    wire = ListWire()
    tenants = [mill.add_tenant(f"{seed}-{weight}", weight=weight) for weight in (1, 2, 3, 4, 5)]
    posted: dict[UUID, list[UUID]] = {tenant: [] for tenant in tenants}
    for _ in range(40):
        tenant = random.choice(tenants)
        posted[tenant] += fill(mill, tenant, random.randint(1, 5), priority=random.randint(0, 9))
    weight = random.randint(1, 5)
    turns = Turns(at=str(tenants[weight - 1]), left=random.randint(0, weight - 1))
    mill.add_worker(slots=400)
    with mill.db.unit_of_work() as connection:
        connection.execute(text("INSERT INTO queues (name) VALUES ('test') ON CONFLICT DO NOTHING"))
        connection.execute(update(QueueState).where(QueueState.name == "test").values(turns=turns.model_dump()))

    told: dict[UUID, int] = {}
    for tenant in tenants:
        told |= told_places(mill, tenant, posted[tenant], config)
    Dispatcher(mill.db, mill.registry, wire, config).tick()  # type: ignore[arg-type]  # same verb

    assert told == {delivery.job_id: place for place, delivery in enumerate(wire.deliveries)}
