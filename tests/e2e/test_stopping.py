"""Stopping in good order and in no order at all."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from mediamill_testing.stacks import Stack, running_stack, until

pytestmark = pytest.mark.xdist_group("stopping")

GRACE_S = "1"


@pytest.fixture(scope="module")
def brittle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack whose workers have little patience; its tests end parts of it."""
    with running_stack(tmp_path_factory.mktemp("brittle"), MEDIAMILL_DRAIN_GRACE_S=GRACE_S) as running:
        yield running


def test_a_worker_that_is_told_to_stop_hands_its_job_back_and_the_next_goes_on(brittle: Stack) -> None:
    job = brittle.submit("test.steps", {"n": 12, "seconds": 0.4})["id"]
    steps = "SELECT ordinal, started_at FROM steps WHERE job_id = %(id)s ORDER BY ordinal"
    until(lambda: len(brittle.sql(steps, id=job)) >= 2)

    before = brittle.sql(steps, id=job)
    os.kill(brittle.worker_pid(), signal.SIGTERM)
    done = brittle.ended(job, 90)

    told = brittle.sql("SELECT data FROM events WHERE job_id = %(id)s AND type = 'job.handed_back'", id=job)
    assert (done["state"], done["attempt"], done["crashes"]) == ("succeeded", 1, 0)
    assert [event["data"] for event in told] == [{"reason": "drain"}]
    assert brittle.sql(steps, id=job)[: len(before)] == before


def test_a_handler_that_never_looks_up_is_handed_back_and_is_no_crash(brittle: Stack) -> None:
    job = brittle.submit("test.busy", {"seconds": 6})["id"]
    until(lambda: brittle.sql("SELECT 1 FROM steps WHERE job_id = %(id)s", id=job))
    holder = brittle.worker_pid()

    os.kill(holder, signal.SIGTERM)
    until(lambda: not Path(f"/proc/{holder}").exists())
    done = brittle.ended(job, 90)

    told = brittle.sql("SELECT data FROM events WHERE job_id = %(id)s AND type = 'job.handed_back'", id=job)
    assert (done["state"], done["attempt"], done["crashes"]) == ("succeeded", 1, 0)
    assert [event["data"] for event in told] == [{"reason": "drain"}]


def test_a_second_signal_ends_the_grace_at_once(brittle: Stack) -> None:
    with brittle.another_worker("--slots", "8", MEDIAMILL_DRAIN_GRACE_S="600") as worker:
        until(lambda: brittle.is_registered(worker.pid), 90)
        jobs = [brittle.submit("test.sleep", {"seconds": 600})["id"] for _ in range(8)]
        held = "SELECT job_id FROM leases JOIN workers ON workers.id = worker_id WHERE pid = %(pid)s"
        mine = until(lambda: brittle.sql(held, pid=worker.pid))
        worker.send_signal(signal.SIGTERM)
        until(lambda: not brittle.is_registered(worker.pid))
        assert worker.poll() is None

        worker.send_signal(signal.SIGINT)

        assert worker.wait(60) == 0
    told = "SELECT job_id FROM events WHERE type = 'job.handed_back' AND data = '{\"reason\": \"drain\"}'"
    assert {row["job_id"] for row in mine} <= {row["job_id"] for row in brittle.sql(told)}
    with brittle.client() as client:
        for job in jobs:
            client.post(f"/v1/jobs/{job}/cancel")


def test_a_stack_whose_supervisor_was_killed_comes_up_again_with_its_jobs(brittle: Stack) -> None:
    job = brittle.submit("test.noop")["id"]
    brittle.ended(job)
    before = processes_of(brittle)
    os.kill(brittle.pid, signal.SIGKILL)

    again = json.loads(brittle.mill("up", "--detach", "--json", "--data", str(brittle.data)).stdout)

    assert again["pid"] != brittle.pid
    assert len(before) >= 4
    assert processes_of(brittle) & before == set()
    brittle.url, brittle.database_url, brittle.pid = again["url"], again["database_url"], again["pid"]
    assert brittle.job(job)["state"] == "succeeded"


def processes_of(stack: Stack) -> set[tuple[int, str]]:
    """Give every living process of a stack, with its start time, since pids are used again."""
    mark = f"MEDIAMILL_STACK={stack.data}".encode()
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found.add((int(folder.name), (folder / "stat").read_text().rsplit(")", 1)[1].split()[19]))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return found
