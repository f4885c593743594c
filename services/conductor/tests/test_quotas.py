"""Limits of providers: held over queues and conductors, shared 1:1, and free where there are none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlalchemy import event, text

from conductor.dispatch.tick import Dispatcher
from mediamill.settings import ProviderLimit, Settings
from mediamill_testing.harness import Mill

Conductors = Callable[..., list[Dispatcher]]


@pytest.fixture
def conductors(mill: Mill) -> Conductors:
    """Makes conductors that know limits; all publish on the mill's wire."""

    def make(number: int = 1, **limits: dict[str, Any]) -> list[Dispatcher]:
        read = {name: ProviderLimit.model_validate(limit) for name, limit in limits.items()}
        config = mill.config.model_copy(update={"provider_limits": read})
        return [Dispatcher(mill.db, mill.registry, mill.wire, config) for _ in range(number)]  # type: ignore[arg-type]

    return make


def change(mill: Mill, statement: str, **given: Any) -> None:
    with mill.db.unit_of_work() as connection:
        connection.execute(text(statement), given)


def offer(mill: Mill, *providers: str) -> None:
    kind = mill.registry.kinds["test.noop"]
    manifest = kind.manifest.model_copy(update={"providers": providers})
    mill.registry.kinds["test.noop"] = type(kind)(kind.name, kind.queue, kind.package, manifest)


def ends(mill: Mill, jobs: Sequence[UUID]) -> None:
    change(mill, "DELETE FROM leases WHERE job_id = ANY(:jobs)", jobs=list(jobs))


def pass_time(mill: Mill, seconds: float) -> None:
    change(mill, "UPDATE quotas SET at = at - make_interval(secs => :seconds)", seconds=seconds)


def woken(mill: Mill) -> UUID:
    """Give a job that is back in line with its prediction bought and done."""
    job = mill.accept("test.noop")
    change(mill, "UPDATE lines SET rank = 0 WHERE job_id = :job", job=job)
    buy(mill, job, "done")
    return job


def buy(mill: Mill, job: UUID, state: str) -> None:
    change(
        mill,
        "INSERT INTO predictions (job_id, ordinal, attempt, vendor, vendor_id, state, token_hash, next_at)"
        " VALUES (:job, 1, 1, 'local', :name, :state, :name, CASE WHEN :state = 'waiting' THEN now() END)",
        job=job,
        name=str(job),
        state=state,
    )


def owners(mill: Mill) -> list[UUID]:
    return [mill.job(delivery.job_id).tenant_id for delivery in mill.wire.deliveries]


def test_a_limit_of_running_jobs_holds_over_queues_and_racing_conductors(mill: Mill, conductors: Conductors) -> None:
    rivals = conductors(2, local={"running": 3})
    for _ in range(6):
        mill.accept("test.noop")
        mill.accept("shop.timer", {"seconds": 1})

    with ThreadPoolExecutor(2) as pool:
        for _ in range(3):
            list(pool.map(Dispatcher.tick, rivals))
    first = list(mill.wire.deliveries)
    ends(mill, [delivery.job_id for delivery in first])
    rivals[0].tick()

    assert len(first) == 3
    assert len(mill.wire.deliveries) == 6


def test_no_queue_takes_a_limit_for_itself(mill: Mill, conductors: Conductors) -> None:
    [one] = conductors(local={"running": 1})
    for _ in range(4):
        mill.accept("test.noop")
        mill.accept("shop.timer", {"seconds": 1})

    for _ in range(4):
        one.tick()
        ends(mill, [delivery.job_id for delivery in mill.wire.deliveries])

    assert Counter(delivery.queue for delivery in mill.wire.deliveries) == {"test": 2, "shop": 2}


def test_what_is_in_flight_at_a_vendor_counts_without_a_slot(mill: Mill, conductors: Conductors) -> None:
    [one] = conductors(local={"running": 2})
    parked = mill.accept("test.noop")
    change(mill, "DELETE FROM lines")
    buy(mill, parked, "waiting")
    for _ in range(3):
        mill.accept("test.noop")

    one.tick()
    change(mill, "UPDATE predictions SET next_at = NULL, state = 'done'")
    one.tick()

    assert len(mill.wire.deliveries) == 2


def test_a_rate_gives_its_burst_and_then_one_a_second(mill: Mill, conductors: Conductors) -> None:
    rivals = conductors(2, local={"per_minute": 60})
    mill.add_worker(slots=30)
    for _ in range(12):
        mill.accept("test.noop")
    handed_over = []

    with ThreadPoolExecutor(2) as pool:
        for seconds in (0, 1, 0.5, 0.6, 60):
            if seconds:
                pass_time(mill, seconds)
            list(pool.map(Dispatcher.tick, rivals))
            rivals[0].tick()
            handed_over.append(len(mill.wire.deliveries))

    assert handed_over == [6, 7, 7, 8, 12]


def test_what_is_bought_already_is_never_held_back_and_takes_no_token(mill: Mill, conductors: Conductors) -> None:
    [one] = conductors(local={"per_minute": 1, "running": 1})
    first = mill.accept("test.noop")
    one.tick()
    back = [woken(mill) for _ in range(3)]
    mill.accept("test.noop")

    one.tick()

    assert [delivery.job_id for delivery in mill.wire.deliveries] == [first, *back]


def test_what_is_handed_back_before_it_bought_takes_a_token_again(mill: Mill, conductors: Conductors) -> None:
    [one] = conductors(local={"per_minute": 10})
    job = mill.accept("test.noop")
    change(mill, "UPDATE lines SET rank = 0, provider = NULL WHERE job_id = :job", job=job)

    one.tick()
    mill.accept("test.noop")
    one.tick()

    assert [delivery.job_id for delivery in mill.wire.deliveries] == [job]


def test_tenants_share_a_full_provider_in_turn_while_others_pass(mill: Mill, conductors: Conductors) -> None:
    [one] = conductors(replicate={"running": 1})
    mill.add_worker(slots=30)
    offer(mill, "local", "replicate")
    tenants = [mill.tenant, mill.add_tenant("second"), mill.add_tenant("third")]
    for tenant in tenants[:2]:
        for _ in range(20):
            mill.accept("test.noop", tenant_id=tenant, provider="replicate")
    served: Counter[UUID] = Counter()

    for _ in range(8):
        mill.accept("test.noop", tenant_id=tenants[2])
        one.tick()
        served.update(owners(mill))
        ends(mill, [delivery.job_id for delivery in mill.wire.deliveries])
        mill.wire.deliveries.clear()

    assert [served[tenant] for tenant in tenants] == [4, 4, 8]


def test_what_stands_behind_a_full_provider_goes_in_the_same_turn(mill: Mill, conductors: Conductors) -> None:
    [one] = conductors(replicate={"per_minute": 1})
    offer(mill, "local", "replicate")
    for _ in range(12):
        mill.accept("test.noop", provider="replicate")
    own = mill.accept("test.noop")

    one.tick()

    assert len(mill.wire.deliveries) == 2
    assert mill.wire.deliveries[1].job_id == own


def test_a_limit_that_concerns_no_kind_of_a_queue_changes_no_statement(mill: Mill, conductors: Conductors) -> None:
    [plain], [other] = conductors(), conductors(nobody={"running": 1})
    seen: list[str] = []
    event.listen(mill.db.engine, "before_cursor_execute", lambda *facts: seen.append(facts[2]))

    for one in (plain, other):
        mill.accept("test.noop")
        seen.clear()
        one.tick()
        assert not [statement for statement in seen if "quotas" in statement or "FOR UPDATE" in statement]

    assert len(mill.wire.deliveries) == 2


@pytest.mark.parametrize("wrong", [{"running": 0}, {"per_minute": -1}, {"per_hour": 3}])
def test_a_limit_that_means_nothing_is_refused_by_its_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=f"provider_limits.local.{next(iter(wrong))}"):
        Settings(provider_limits={"local": wrong})  # type: ignore[dict-item]
