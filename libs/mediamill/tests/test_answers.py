"""An answer's assets belong to the job, whoever made them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from mediamill.assets.model import JobAsset
from mediamill_testing.harness import Mill


def linked(mill: Mill, job: UUID) -> set[tuple[str, str]]:
    with mill.db.unit_of_work() as connection:
        rows = connection.execute(select(JobAsset.asset_id, JobAsset.role).where(JobAsset.job_id == job))
        return {(str(row.asset_id), row.role) for row in rows}


def test_a_job_is_linked_to_what_it_saved(mill: Mill) -> None:
    job = mill.accept("shop.keep", {"text": "mine"})

    mill.work_until_idle()

    assert linked(mill, job) == {(mill.job(job).output["assets"][0]["id"], "text")}


def test_a_flow_is_linked_to_what_its_children_made_so_that_it_is_kept_as_long(mill: Mill) -> None:
    job = mill.accept("shop.borrow", {"text": "theirs"})

    mill.work_until_idle()

    assert linked(mill, job) == linked(mill, mill.children(job)[-1].id)


def test_a_flow_tells_each_of_its_stages_once_though_it_runs_from_its_start_again(mill: Mill) -> None:
    job = mill.accept("shop.borrow", {"text": "theirs"})

    mill.work_until_idle()

    told = [event.data["message"] for event in mill.events(job) if event.type == "job.progress"]
    assert told == ["asking", "borrowing"]


def test_an_answer_from_history_is_linked_too(mill: Mill) -> None:
    job = mill.accept("shop.borrow", {"text": "theirs"})
    mill.work_until_idle()

    again = mill.accept("shop.borrow", {"text": "theirs"}, cache="reuse")

    assert linked(mill, again) == linked(mill, job) != set()
