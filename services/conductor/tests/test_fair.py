"""Fairness, as a property of a pure function."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from conductor.dispatch.window import LiveWorker, has_free_slot, window
from mediamill.queues.fair import Candidate, TenantLine, Turns, next_batch

TENANTS = [UUID(int=number) for number in range(1, 9)]


def line(tenant: UUID, jobs: int, weight: int = 1, room: int = 10_000, kind: str = "k") -> TenantLine:
    numbers = range(jobs)
    return TenantLine(weight, room, [Candidate(UUID(int=tenant.int * 1_000_000 + n), kind) for n in numbers])


def owner(job: UUID) -> UUID:
    return UUID(int=job.int // 1_000_000)


def served(lines: dict[UUID, TenantLine], slots: int, batches: int) -> Counter[UUID]:
    """Serve batch after batch, each tenant's line never running dry."""
    turns, count = Turns(), Counter[UUID]()
    for _ in range(batches):
        batch = next_batch(lines, turns, slots)
        turns = batch.turns
        count.update(owner(job) for job in batch.jobs)
    return count


@given(st.integers(1, 30), st.lists(st.integers(1, 5), min_size=1, max_size=8))
def test_shares_follow_the_weights_however_small_the_batches(slots: int, weights: list[int]) -> None:
    lines = {TENANTS[i]: line(TENANTS[i], 100, weight) for i, weight in enumerate(weights)}
    rounds = 20
    batches = rounds * sum(weights) // slots + 1

    count = served(lines, slots, batches)

    for tenant, found in lines.items():
        assert abs(count[tenant] - batches * slots * found.weight / sum(weights)) <= 2 * found.weight + 1


@given(st.integers(1, 50), st.lists(st.integers(0, 60), min_size=1, max_size=8))
def test_a_batch_is_as_full_as_the_lines_allow_and_takes_nothing_twice(slots: int, lengths: list[int]) -> None:
    lines = {TENANTS[i]: line(TENANTS[i], length) for i, length in enumerate(lengths)}

    batch = next_batch(lines, Turns(), slots)

    assert len(batch.jobs) == min(slots, sum(lengths))
    assert len(set(batch.jobs)) == len(batch.jobs)


@given(st.integers(1, 20), st.integers(1, 8))
def test_within_a_tenant_the_order_is_kept(slots: int, tenants: int) -> None:
    lines = {tenant: line(tenant, 30) for tenant in TENANTS[:tenants]}

    batch = next_batch(lines, Turns(), slots)

    for tenant in lines:
        mine = [job for job in batch.jobs if owner(job) == tenant]
        assert mine == [candidate.job_id for candidate in lines[tenant].jobs[: len(mine)]]


def test_a_newcomer_is_served_within_one_round_of_a_flood() -> None:
    flood, newcomer = TENANTS[0], TENANTS[1]
    turns = next_batch({flood: line(flood, 5000)}, Turns(), 100).turns

    batch = next_batch({flood: line(flood, 5000), newcomer: line(newcomer, 1)}, turns, 2)

    assert newcomer in {owner(job) for job in batch.jobs}


def test_a_tenant_at_its_limit_leaves_its_turn_to_others() -> None:
    full, free = TENANTS[0], TENANTS[1]

    batch = next_batch({full: line(full, 10, room=0), free: line(free, 10)}, Turns(), 5)

    assert {owner(job) for job in batch.jobs} == {free}
    assert len(batch.jobs) == 5


def test_a_kind_at_its_limit_lets_other_kinds_of_the_same_tenant_by() -> None:
    tenant = TENANTS[0]
    jobs = [Candidate(UUID(int=n), "scarce" if n % 2 else "plenty") for n in range(10)]

    batch = next_batch({tenant: TenantLine(1, 100, jobs)}, Turns(), 10, {"scarce": 1})

    assert [job.int for job in batch.jobs] == [0, 1, 2, 4, 6, 8]


def worker(number: int, queues: set[str], slots: int, busy: int) -> LiveWorker:
    return LiveWorker(UUID(int=number), frozenset(queues), slots, busy)


def test_the_window_is_what_is_free_beyond_what_is_out_already() -> None:
    workers = [worker(1, {"image"}, 4, 1), worker(2, {"image", "video"}, 4, 4)]

    assert window("image", workers, {"image": 1}, prefetch=0) == 2
    assert window("image", workers, {"image": 1, "video": 1}, prefetch=0) == 1
    assert window("video", workers, {}, prefetch=2) == 2


def test_a_queue_without_a_worker_has_no_window() -> None:
    assert window("audio", [worker(1, {"image"}, 4, 0)], {}, prefetch=5) == 0


def test_a_busy_neighbour_does_not_close_the_window_of_a_queue_with_workers_of_its_own() -> None:
    workers = [worker(1, {"image", "video"}, 4, 4), worker(2, {"image"}, 2, 0)]

    assert window("image", workers, {}, prefetch=0) == 2
    assert has_free_slot("image", workers)
    assert not has_free_slot("video", workers)
