"""What the doctor mends, and that it then finds nothing any more."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from mediamill.jobs.states import State
from mediamill_testing.harness import Mill
from mediamill_testing.sickbed import sql, verdicts
from mediamill_testing.stacks import environment_of, until
from mill.cli.doctor import CHECKS, FIXES
from mill.doctor import jobs, running
from mill.doctor.eviction import KEEP, eviction
from mill.doctor.eviction import judge as judge_broker
from mill.doctor.finding import Verdict
from mill.doctor.orphans import FORGET, store
from mill.doctor.schema import WRITE, manifests
from mill.stack.environment import MARK
from mill.stack.layout import Layout

DAY_S = 86_400


def test_every_fix_belongs_to_a_check_that_offers_it() -> None:
    named = {"manifests", "left-overs", "migrations", "log", "stranded", "store", "eviction"}

    assert set(FIXES) == named
    assert len({check.__name__ for check in CHECKS}) == len(CHECKS)


def test_generated_files_that_drifted_are_written_anew(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert manifests(layout).verdict is Verdict.OK
    for name in ("services", "k8s", "deploy"):
        (tmp_path / name).mkdir()

    assert verdicts(manifests, layout) == (Verdict.WARN, True)
    WRITE.apply(layout)
    assert manifests(layout).verdict is Verdict.OK


def test_a_broker_that_evicts_is_told_not_to(valkey_url: str, layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIAMILL_BROKER_URL", valkey_url)
    KEEP.apply(layout)
    assert eviction(layout).verdict is Verdict.OK
    lru = {"maxmemory_policy": "allkeys-lru", "used_memory": 10, "evicted_keys": 3}

    assert judge_broker({**lru, "maxmemory": 0}).verdict is Verdict.WARN
    bad = judge_broker({**lru, "maxmemory": 100})
    assert (bad.verdict, bad.fix) == (Verdict.FAIL, KEEP.does)
    full = judge_broker({"maxmemory_policy": "noeviction", "used_memory": 90, "maxmemory": 100})
    assert (full.verdict, full.fix) == (Verdict.WARN, None)


def stranded_jobs(sick: Mill) -> list[UUID]:
    """Strand a job in each of the ways in which one can be, since an hour."""
    unlined, unheld = sick.accept("test.noop"), sick.accept("test.noop")
    unawaited, untold = sick.accept("test.fanout", {"n": 1}), sick.accept("test.fanout", {"n": 1})
    sick.dispatcher.tick()
    for parent in (unawaited, untold):
        sick.worker.deliver([(parent, 1)])  # type: ignore[list-item]  # as it comes off the wire
    sql(sick, "UPDATE jobs SET state = 'running' WHERE id = %s", unheld)
    sql(sick, "DELETE FROM leases")
    sql(sick, "DELETE FROM waits WHERE job_id = %s", unawaited)
    sql(sick, "DELETE FROM lines WHERE job_id IN (SELECT id FROM jobs WHERE parent_id = %s)", untold)
    sql(sick, "UPDATE jobs SET state = 'succeeded', output = '{}' WHERE parent_id = %s", untold)
    sql(sick, "UPDATE events SET at = at - interval '1 h'")
    sick.wire.deliveries.clear()
    return [unlined, unheld, unawaited, untold]


def test_jobs_that_nothing_moves_are_found_and_put_back_in_line(sick: Mill, layout: Layout) -> None:
    lost = stranded_jobs(sick)

    found = jobs.stranded(layout)
    assert (found.verdict, found.fix) == (Verdict.FAIL, jobs.AFLOAT.does)
    for plight in ("in no line", "nobody's", "for nothing", "children that have ended"):
        assert plight in found.detail

    assert jobs.AFLOAT.apply(layout) == "4 jobs are back in line"
    assert jobs.stranded(layout).verdict is Verdict.OK
    sick.work_until_idle()
    assert {sick.state_of(job) for job in lost} == {State.SUCCEEDED}


def test_bytes_that_nobody_names_are_deleted_on_request_and_lost_ones_are_told_of(sick: Mill, layout: Layout) -> None:
    kept, lost = sick.give(b"kept", "text/plain"), sick.give(b"lost", "text/plain")
    young, old = sick.store.put([b"young"]), sick.store.put([b"old"])
    past = time.time() - 2 * DAY_S
    os.utime(sick.store.path(old.sha256), (past, past))

    assert verdicts(store, layout) == (Verdict.WARN, True)
    FORGET.apply(layout)
    assert store(layout).verdict is Verdict.OK
    assert [sick.store.has(blob.sha256) for blob in (young, old)] == [True, False]

    with psycopg.connect(sick.config.database_url.get_secret_value()) as connection:
        named: dict[str, str] = dict(connection.execute("SELECT id::text, sha256 FROM assets").fetchall())
    sick.store.remove(named[lost])
    found = store(layout)
    assert (found.verdict, found.fix, named[lost] in found.detail) == (Verdict.FAIL, None, True)
    assert sick.store.has(named[kept])


def test_what_a_dead_supervisor_left_is_ended_on_request(layout: Layout) -> None:
    left = subprocess.Popen(["sleep", "600"], env={**os.environ, MARK: str(layout.data)}, start_new_session=True)
    try:
        until(lambda: f"{MARK}={layout.data}" in environment_of(left.pid))
        assert verdicts(running.leftovers, layout) == (Verdict.WARN, True)
        running.END.apply(layout)
        assert left.wait(10) != 0
        assert running.leftovers(layout).verdict is Verdict.OK
    finally:
        left.kill()


def test_the_command_mends_what_it_may_and_looks_again(sick: Mill, layout: Layout) -> None:
    job = sick.accept("test.noop")
    sql(sick, "DELETE FROM lines")
    sql(sick, "UPDATE events SET at = at - interval '1 h'")
    program = [sys.executable, "-c", "from mill.cli import main; main()", "doctor", "--data", str(layout.data), "--fix"]

    refused = subprocess.run(program, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    told = subprocess.run([*program, "--yes"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    assert (refused.returncode, "--yes" in refused.stderr) == (2, True)
    assert "(1 jobs are back in line)" in told.stdout
    sick.worker.beat()  # the doctor took its time
    sick.work_until_idle()
    assert sick.state_of(job) is State.SUCCEEDED
