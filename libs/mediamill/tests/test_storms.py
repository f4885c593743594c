"""What the later chaos runs are about, each alone: a store without room, a worker that came back after a restart."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from mediamill.jobs.states import State
from mediamill_testing.harness import Mill


@contextmanager
def files_of_at_most(limit: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size, as on a disk that is full."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_job_whose_store_is_full_is_tried_again_until_there_is_room(mill: Mill) -> None:
    job = mill.accept("test.keep", {"size": 100_000})

    with files_of_at_most(4096):
        mill.turn()
    after_the_first_try = mill.job(job)

    assert after_the_first_try.state == State.QUEUED
    [retrying] = [event for event in mill.events(job) if event.type == "job.retrying"]
    assert retrying.data["error"]["code"] == "store-full"
    assert retrying.data["error"]["class"] == "transient"
    assert mill.work_until_ended(job) is State.SUCCEEDED


def test_a_full_store_may_last_longer_than_the_attempts_of_a_kind(mill: Mill) -> None:
    job = mill.accept("test.keep", {"size": 100_000})
    with mill.db.unit_of_work() as connection:
        connection.execute(text("UPDATE jobs SET attempt = 7"))

    with files_of_at_most(4096):
        mill.turn()

    assert mill.state_of(job) is State.QUEUED


def test_a_worker_whose_session_is_back_is_seen_at_once(mill: Mill) -> None:
    with mill.db.unit_of_work() as connection:
        connection.execute(text("UPDATE workers SET seen_at = now() - interval '1 h'"))
    mill.worker.registration.close_session()

    mill.worker.registration.keep_session()

    with mill.db.unit_of_work() as connection:
        silent_s = connection.execute(text("SELECT extract(epoch FROM now() - seen_at) FROM workers")).scalar_one()
    assert silent_s < 60
