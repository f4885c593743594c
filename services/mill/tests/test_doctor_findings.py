"""Every finding of the doctor, provoked: what runs and what the database holds."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from mediamill.db.revision import head
from mediamill_testing.harness import Mill
from mediamill_testing.plugin import read_settings_anew
from mediamill_testing.sickbed import sql, verdicts
from mill.doctor import jobs, machine, running
from mill.doctor.clocks import Reading, clocks
from mill.doctor.clocks import judge as judge_clocks
from mill.doctor.finding import Finding, Verdict
from mill.doctor.orphans import store
from mill.doctor.schema import schema
from mill.doctor.versions import judge as judge_versions
from mill.doctor.versions import versions
from mill.stack.layout import Layout
from mill.stack.processes import identify
from mill.stack.state import PartState, Ports, State, write_ports, write_state

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_healthy_database_has_nothing_wrong_with_it(sick: Mill, layout: Layout) -> None:
    sick.give(b"some bytes", "text/plain")
    sick.accept("test.noop")

    checks = (schema, clocks, versions, jobs.conductor, jobs.lines, jobs.runs, jobs.stranded, store, running.books)
    assert [check(layout).model_dump(exclude_none=True) for check in checks if check(layout).verdict != "ok"] == []


def test_where_there_is_no_database_every_check_says_so_and_none_breaks(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MEDIAMILL_DATABASE_URL", raising=False)
    checks = (schema, clocks, versions, jobs.conductor, jobs.lines, jobs.runs, jobs.stranded, store)
    assert {check(layout).verdict for check in checks} == {Verdict.WARN}


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        ("ALTER TABLE jobs DROP COLUMN traceparent", "the column jobs.traceparent is missing"),
        ("DROP INDEX ix_lines_order", "ix_lines_order of lines is missing"),
        ("DROP TABLE paces", "the table paces is missing"),
        ("ALTER TABLE jobs ALTER COLUMN kind DROP NOT NULL", "jobs.kind is another nullable"),
    ],
)
def test_a_table_that_somebody_changed_by_hand_is_named(sick: Mill, layout: Layout, harm: str, told: str) -> None:
    sql(sick, harm)

    found = schema(layout)

    assert (found.verdict, told in found.detail) == (Verdict.FAIL, True)


def test_what_another_release_has_besides_is_no_drift(sick: Mill, layout: Layout) -> None:
    sql(sick, "CREATE TABLE of_tomorrow (id int)")
    sql(sick, "ALTER TABLE jobs ADD COLUMN of_tomorrow int")

    assert schema(layout).verdict is Verdict.OK


def test_a_database_behind_is_migrated_on_request_and_one_ahead_is_left(sick: Mill, layout: Layout) -> None:
    sql(sick, "UPDATE alembic_version SET version_num = '0001'")
    assert verdicts(running.migrations, layout) == (Verdict.FAIL, True)

    sql(sick, "UPDATE alembic_version SET version_num = '9999'")
    assert verdicts(running.migrations, layout) == (Verdict.WARN, False)


@pytest.mark.parametrize(
    ("apart_s", "last_s", "verdict"),
    [
        (0.5, None, Verdict.OK),
        (10, 0, Verdict.WARN),
        (-10, None, Verdict.WARN),
        (300, None, Verdict.FAIL),
        (0, 3600, Verdict.FAIL),
    ],
)
def test_clocks_are_judged_by_how_far_they_are_apart(apart_s: float, last_s: float | None, verdict: Verdict) -> None:
    last = NOW + timedelta(seconds=last_s) if last_s is not None else None

    read = Reading(NOW + timedelta(seconds=apart_s), NOW, timedelta(milliseconds=5), last)

    assert judge_clocks(read).verdict is verdict


def test_what_asking_took_is_no_difference_of_clocks() -> None:
    assert judge_clocks(Reading(NOW + timedelta(seconds=5), NOW, timedelta(seconds=4), None)).verdict is Verdict.OK


def test_code_of_another_release_is_told_of(sick: Mill, layout: Layout) -> None:
    url = sick.config.database_url.get_secret_value()
    with psycopg.connect(url, application_name="mediamill 0001"):
        found = versions(layout)

    assert (found.verdict, "1 sessions of mediamill 0001" in found.detail) == (Verdict.WARN, True)
    newer = judge_versions({f"mediamill {head()}": 3, "mediamill 9999": 1}, head(), [], "0.1.0")
    assert (newer.verdict, "newer code" in newer.detail) == (Verdict.WARN, True)
    mixed = judge_versions({}, head(), [("gateway", "0.1.0"), ("worker", "0.0.9")], "0.1.0")
    assert (mixed.verdict, mixed.detail) == (Verdict.WARN, "worker 0.0.9; this is 0.1.0")


def test_what_nobody_did_in_time_says_that_no_conductor_works(sick: Mill, layout: Layout) -> None:
    sql(sick, "INSERT INTO schedules (name, every_s, action, next_at) VALUES ('x', 60, 'y', now() - interval '1 h')")

    found = jobs.conductor(layout)

    assert (found.verdict, "1 schedules" in found.detail) == (Verdict.FAIL, True)


def test_a_long_line_is_told_of_with_why(sick: Mill, layout: Layout) -> None:
    sick.accept("test.noop")
    sql(sick, "UPDATE lines SET run_at = now() - interval '1 h'")
    assert "its workers are busy" in jobs.lines(layout).detail
    assert jobs.lines(layout).verdict is Verdict.WARN

    sql(sick, "UPDATE workers SET draining = true")
    assert jobs.lines(layout).verdict is Verdict.FAIL
    assert "nobody serves it" in jobs.lines(layout).detail

    sql(sick, "INSERT INTO queues (name, paused) VALUES ('test', true) ON CONFLICT (name) DO UPDATE SET paused = true")
    assert "is paused" in jobs.lines(layout).detail


def test_a_run_beyond_its_limit_is_told_of(sick: Mill, layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    job = sick.accept("test.noop")
    sick.dispatcher.tick()
    worker = sick.worker.registration.worker_id
    sql(sick, "UPDATE leases SET worker_id = %s, claimed_at = now() - interval '5 h'", worker)

    found = jobs.runs(layout)

    assert (found.verdict, str(job) in found.detail) == (Verdict.FAIL, True)


def test_books_that_do_not_balance_are_a_fault(sick: Mill, layout: Layout) -> None:
    sql(
        sick,
        "INSERT INTO accounts (scope, id, month, reserved, spent)"
        " VALUES ('tenant', %s, date_trunc('month', now()), 5, 7)",
        sick.tenant,
    )

    assert verdicts(running.books, layout) == (Verdict.FAIL, False)


NOBODY = "127.0.0.1:9"


@pytest.mark.parametrize(
    ("check", "setting", "url"),
    [
        (running.database, "MEDIAMILL_DATABASE_URL", f"postgresql://x@{NOBODY}/x"),
        (running.migrations, "MEDIAMILL_DATABASE_URL", f"postgresql://x@{NOBODY}/x"),
        (clocks, "MEDIAMILL_DATABASE_URL", f"postgresql://x@{NOBODY}/x"),
        (schema, "MEDIAMILL_DATABASE_URL", f"postgresql://x@{NOBODY}/x"),
        (store, "MEDIAMILL_DATABASE_URL", f"postgresql://x@{NOBODY}/x"),
        (running.broker, "MEDIAMILL_BROKER_URL", f"redis://{NOBODY}/0"),
        (running.gateway, "MEDIAMILL_URL", f"http://{NOBODY}"),
        (machine.ffmpeg, "MEDIAMILL_FFMPEG", "/nowhere/ffmpeg"),
    ],
)
def test_what_is_not_there_fails_with_advice(
    check: Callable[[Layout], Finding], setting: str, url: str, layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(setting, url)
    read_settings_anew()
    found = check(layout)
    monkeypatch.undo()
    read_settings_anew()

    assert found.verdict is Verdict.FAIL
    assert found.advice


def test_a_queue_without_a_worker_is_named(sick: Mill, layout: Layout) -> None:
    found = running.workers(layout)

    assert (found.verdict, "audio" in found.detail, "test" in found.detail) == (Verdict.FAIL, True, False)


@pytest.mark.parametrize(("free", "verdict"), [(1e8, Verdict.FAIL), (1e9, Verdict.WARN), (1e11, Verdict.OK)])
def test_a_full_disk_is_told_of(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: float, verdict: Verdict
) -> None:
    usage = type(shutil.disk_usage(tmp_path))(int(2e11), int(2e11 - free), int(free))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)

    assert machine.disk(layout).verdict is verdict


def test_a_port_that_somebody_took_is_told_of(layout: Layout) -> None:
    layout.make()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        write_ports(layout, Ports(gateway=taken.getsockname()[1]))
        assert machine.port(layout).verdict is Verdict.WARN


def test_a_part_that_died_or_was_restarted_is_named(layout: Layout) -> None:
    layout.make()
    here = identify(os.getpid())
    assert here is not None
    alive = PartState(name="gateway", pid=here.pid, started=here.started, restarts=2, log="x")
    dead = alive.model_copy(update={"name": "worker", "started": "0"})

    write_state(layout, State(pid=here.pid, started=here.started, parts=(alive,)))
    assert (running.supervisor(layout).verdict, running.supervisor(layout).detail) == (
        Verdict.WARN,
        "restarted: gateway 2×",
    )
    write_state(layout, State(pid=here.pid, started=here.started, parts=(alive, dead)))
    assert (running.supervisor(layout).verdict, running.supervisor(layout).detail) == (Verdict.FAIL, "dead: worker")
