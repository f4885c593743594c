"""Age lifts priorities: a property of the pure order, which the dispatcher's candidates are merged by."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from mediamill.queues.ageing import Waiting, born_ms, in_order

STEP_MS = 300_000
NOW_MS = 1_764_000_000_000


def born(at_ms: int, number: int) -> UUID:
    return UUID(int=(at_ms << 80) | (7 << 76) | number)


jobs = st.lists(
    st.builds(
        lambda age_s, priority, rank, number: Waiting(born(NOW_MS - age_s * 1000, number), "k", rank, priority),
        age_s=st.integers(0, 7200),
        priority=st.integers(0, 9),
        rank=st.integers(0, 1),
        number=st.integers(0, 1 << 40),
    ),
    max_size=40,
    unique_by=lambda job: job.job_id,
)


@given(jobs)
def test_a_job_is_passed_only_by_those_that_lead_by_more_steps_than_it_is_older(found: list[Waiting]) -> None:
    order = in_order(found, STEP_MS)

    for place, job in enumerate(order):
        for passed in order[place + 1 :]:
            lead_ms = (passed.priority - job.priority) * STEP_MS
            assert job.rank < passed.rank or born_ms(passed.job_id) + lead_ms >= born_ms(job.job_id)


@given(jobs)
def test_the_lowest_priority_waits_behind_newer_jobs_for_nine_steps_at_most(found: list[Waiting]) -> None:
    low = Waiting(born(NOW_MS, 0), "k", 1, 9)
    late = [
        job._replace(job_id=born(born_ms(low.job_id) + 9 * 300_000 + 1 + n, n), rank=1) for n, job in enumerate(found)
    ]

    assert in_order([*late, low], STEP_MS)[0] == low


@given(jobs)
def test_jobs_of_one_age_go_by_priority(found: list[Waiting]) -> None:
    twins = [job._replace(job_id=born(NOW_MS, n), rank=1) for n, job in enumerate(found)]

    assert [job.priority for job in in_order(twins, STEP_MS)] == sorted(job.priority for job in twins)


@given(jobs, st.integers(1, 10))
def test_the_oldest_of_each_priority_are_enough_to_choose_from(found: list[Waiting], slots: int) -> None:
    levels: dict[tuple[int, int], list[Waiting]] = {}
    for job in sorted(found, key=lambda job: job.job_id):
        levels.setdefault((job.rank, job.priority), []).append(job)
    candidates = [job for level in levels.values() for job in level[:slots]]

    assert in_order(candidates, STEP_MS)[:slots] == in_order(found, STEP_MS)[:slots]


@given(jobs)
def test_what_was_begun_before_goes_before_all_that_was_not(found: list[Waiting]) -> None:
    ranks = [job.rank for job in in_order(found, STEP_MS)]

    assert ranks == sorted(ranks)
