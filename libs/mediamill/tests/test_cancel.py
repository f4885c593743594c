"""A cancel reaches everything that a job began, and nothing that has ended."""

from __future__ import annotations

import threading
from pathlib import Path
from uuid import UUID

import pytest

from mediamill.clock import monotonic
from mediamill.errors import NotFound
from mediamill.jobs.cancel import cancel
from mediamill.jobs.states import State
from mediamill_testing.harness import Mill


def cancel_job(mill: Mill, job: UUID) -> bool:
    with mill.db.unit_of_work() as connection:
        return cancel(connection, mill.tenant, job)


def is_alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_queued_job_ends_at_once_and_leaves_the_line(mill: Mill) -> None:
    job = mill.accept("test.noop")

    assert cancel_job(mill, job)

    mill.work_until_idle()
    assert mill.told(job) == ["queued", "canceled"]


def test_cancelling_a_flow_cancels_its_waiting_descendants(mill: Mill) -> None:
    inner = {"kind": "shop.gather", "input": {"children": [{"kind": "shop.signal", "input": {"name": "x"}}]}}
    job = mill.accept("shop.gather", {"children": [inner]})
    mill.work_until_idle()

    cancel_job(mill, job)

    child = mill.children(job)[0]
    assert {child.state, mill.children(child.id)[0].state, mill.state_of(job)} == {"canceled"}


def test_a_cancel_after_the_end_changes_nothing(mill: Mill) -> None:
    job = mill.accept("test.noop")
    mill.work_until_idle()
    events = mill.told(job)

    cancelled = cancel_job(mill, job)

    assert not cancelled
    assert mill.told(job) == events


def test_somebody_elses_job_is_not_there_to_cancel(mill: Mill) -> None:
    job = mill.accept("test.noop", tenant_id=mill.add_tenant("other"))

    with pytest.raises(NotFound):
        cancel_job(mill, job)

    assert mill.state_of(job) is State.QUEUED


def test_a_running_handler_and_its_subprocesses_end_within_two_seconds(mill: Mill, tmp_path: Path) -> None:
    mill.worker.start()
    pid_file = tmp_path / "pid"
    job = mill.accept("shop.spawn", {"pid_file": str(pid_file)})
    thread = threading.Thread(target=mill.turn)
    thread.start()
    while not (pid_file.exists() and pid_file.read_text().strip()):
        thread.join(0.01)
    pid = int(pid_file.read_text())
    assert is_alive(pid)

    began = monotonic()
    cancel_job(mill, job)
    thread.join()
    took_s = monotonic() - began

    assert took_s < 2.5
    assert not is_alive(pid)
    assert mill.told(job) == ["queued", "started", "canceled"]


def test_a_soft_time_limit_fails_the_job_as_a_timeout(mill: Mill, tmp_path: Path) -> None:
    mill.worker.start()
    job = mill.accept("shop.spawn", {"pid_file": str(tmp_path / "pid")})

    mill.turn()

    assert mill.job(job).error["code"] == "timeout"
