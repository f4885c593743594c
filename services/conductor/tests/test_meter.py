"""What becomes of jobs is counted once, whoever counts; a scaler is told the truth or nothing."""

from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from conductor.loops import Loop
from conductor.meter import queries
from conductor.meter.pages import health, scaling
from conductor.meter.scaling import Waiting, signal
from conductor.meter.tick import Meter
from mediamill.clock import now
from mediamill.queues.registry import discover
from mediamill.settings import ProviderLimit
from mediamill.telemetry.meters import Meters
from mediamill.telemetry.metrics import Component
from mediamill_testing.harness import Mill
from mediamill_testing.stacks import until

TEXT = discover().queues["text"].manifest


def meter_of(mill: Mill, **facts: float) -> Meter:
    meters = Meters(Component.CONDUCTOR, mill.registry.queues, ["local"])
    made = Meter(mill.db, mill.registry, mill.config, meters, **facts)
    made.prepare()
    return made


def samples(meter: Meter, name: str) -> dict[tuple[str, ...], float]:
    """Give the series of a metric that are not 0, by their labels but the queue."""
    families = text_string_to_metric_families(meter.meters.page().decode())
    found = [sample for family in families for sample in family.samples if sample.name == f"mediamill_{name}"]
    kept = [sample for sample in found if sample.labels.get("queue", "test") == "test" and sample.value]
    return {tuple(value for label, value in sorted(one.labels.items()) if label != "queue"): one.value for one in kept}


def test_jobs_are_counted_with_how_they_ended_and_how_long_they_took(mill: Mill) -> None:
    meter = meter_of(mill)
    for kind, ask in (("test.noop", {}), ("test.noop", {}), ("test.fail", {"class": "permanent"})):
        mill.accept(kind, ask)
    mill.work_until_idle()

    meter.tick()

    assert samples(meter, "jobs_submitted_total") == {(): 3}
    assert samples(meter, "jobs_finished_total") == {("none", "succeeded"): 2, ("permanent", "failed"): 1}
    assert samples(meter, "job_attempts_total") == {("first",): 3}
    assert samples(meter, "job_queue_wait_seconds_count") == {(): 3}
    assert samples(meter, "job_run_seconds_count") == {("succeeded",): 2, ("failed",): 1}
    assert samples(meter, "job_e2e_seconds_count") == {(): 3}
    assert 0 < samples(meter, "job_e2e_seconds_sum")[()] < 60


def test_of_two_conductors_one_counts_and_the_other_takes_over_where_it_was(mill: Mill) -> None:
    first, second = meter_of(mill), meter_of(mill)
    for meter in (first, second):
        meter.tick()
    mill.accept("test.noop")
    mill.work_until_idle()
    for meter in (second, first):
        meter.tick()
    both = [samples(meter, "jobs_finished_total") for meter in (first, second)]
    shown = [bool(samples(meter, "queue_slots")) for meter in (first, second)]
    signals = [meter.signal("test") for meter in (first, second)]
    mill.accept("test.noop")
    mill.work_until_idle()
    let_go(mill)

    second.tick()
    first.tick()

    assert both == [{("none", "succeeded"): 1}, {}]
    assert shown == [True, False]
    assert None not in signals, "a standby knows the queues as well"
    assert samples(first, "jobs_finished_total") == samples(second, "jobs_finished_total") == {("none", "succeeded"): 1}
    assert [samples(meter, "conductor_holds_meter") for meter in (first, second)] == [{}, {(): 1}]


def test_a_restarted_conductor_counts_what_came_while_nobody_did(mill: Mill) -> None:
    meter_of(mill).tick()
    mill.accept("test.noop")
    mill.work_until_idle()
    let_go(mill)

    after = meter_of(mill)
    after.tick()

    assert samples(after, "jobs_finished_total") == {("none", "succeeded"): 1}


def test_an_event_of_a_transaction_that_is_still_open_is_counted_later_and_none_is_left_out(mill: Mill) -> None:
    meter = meter_of(mill)
    with mill.db.engine.connect() as slow:
        slow.execute(text("SELECT pg_current_xact_id()"))
        mill.accept("test.noop")
        mill.work_until_idle()
        meter.tick()
        before = samples(meter, "jobs_finished_total")

    meter.tick()

    assert before == {}
    assert samples(meter, "jobs_finished_total") == {("none", "succeeded"): 1}


def test_the_wait_of_a_job_that_is_to_run_later_begins_when_it_is_due(mill: Mill) -> None:
    meter = meter_of(mill)
    mill.accept("test.noop", run_at=now() - timedelta(hours=1))
    with mill.db.unit_of_work() as connection:
        connection.execute(text("UPDATE jobs SET created_at = created_at - interval '1 hour'"))
        connection.execute(text("""UPDATE events SET data = jsonb_build_object('run_at', now())"""))
    mill.work_until_idle()

    meter.tick()

    assert samples(meter, "job_queue_wait_seconds_count") == {(): 1}
    assert samples(meter, "job_queue_wait_seconds_sum").get((), 0) < 60


def test_a_job_whose_start_is_later_says_so_in_its_first_event(mill: Mill) -> None:
    later = mill.accept("test.noop", run_at=now() + timedelta(days=1))
    at_once = mill.accept("test.noop")

    with mill.db.unit_of_work() as connection:
        rows = connection.execute(text("SELECT job_id, data FROM events WHERE seq = 1"))
        told = {row.job_id: row.data for row in rows}

    assert datetime.fromisoformat(told[later]["run_at"]) > now()
    assert told[at_once] == {}


def test_a_table_that_lies_in_parts_has_the_rows_of_all_of_them(mill: Mill) -> None:
    meter = meter_of(mill)
    mill.accept("test.noop")
    mill.work_until_idle()
    with mill.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE events, jobs"))

    meter.tick()

    assert samples(meter, "database_live_rows")["events",] == 3
    assert samples(meter, "database_live_rows")["jobs",] == 1


def test_a_position_from_a_younger_cluster_does_not_stop_the_count(mill: Mill) -> None:
    meter = meter_of(mill)
    with mill.db.unit_of_work() as connection:
        ahead = json.dumps({"xid": "99999999", "number": 5, "ledger_xid": "99999999", "ledger_number": 5})
        connection.execute(text("UPDATE schedules SET body = CAST(:ahead AS jsonb)"), {"ahead": ahead})
    meter.tick()
    mill.accept("test.noop")
    mill.work_until_idle()

    meter.tick()

    assert samples(meter, "jobs_finished_total") == {("none", "succeeded"): 1}


def test_the_signal_is_work_in_seconds_and_is_unknown_before_it_was_looked_up(mill: Mill) -> None:
    meter = meter_of(mill)
    for _ in range(3):
        mill.accept("test.sleep", {"seconds": 1})
    answers = [scaling(meter, mill.registry, "test")]

    meter.tick()
    answers.append(scaling(meter, mill.registry, "test"))
    meter.stale_s = 0
    answers.append(scaling(meter, mill.registry, "test"))

    unknown, known, stale = [page for page in answers if page is not None]
    told: dict[str, Any] = json.loads(known.body)
    assert unknown.status == stale.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert known.status == HTTPStatus.OK
    assert told["backlog_seconds"] > 0
    assert told["running"] == 0
    assert told["wanted_slots"] >= 1
    assert scaling(meter, mill.registry, "nothing") is None


@pytest.mark.parametrize(
    ("waiting", "running", "more", "backlog_s", "wanted"),
    [
        pytest.param([], 2, {}, 0, 2, id="what runs is never scaled away"),
        pytest.param([Waiting("text.generate", None, 40)], 1, {}, 80, 4, id="history times jobs, over the target"),
        pytest.param([Waiting("text.script", None, 10)], 0, {}, 1, 1, id="the manifest where there is no history"),
        pytest.param([Waiting("text.generate", "openai", 40)], 0, {}, 6, 1, id="no more than its provider allows"),
        pytest.param([Waiting("text.generate", None, 40)], 3, {"paused": True}, 0, 3, id="nothing while paused"),
        pytest.param([Waiting("text.gone", None, 2)], 0, {}, 2, 1, id="a kind that is not installed counts a second"),
    ],
)
def test_the_signal_of_a_queue(
    waiting: list[Waiting], running: int, more: dict[str, bool], backlog_s: float, wanted: int
) -> None:
    limits = {"openai": ProviderLimit(running=3)}

    found = signal(TEXT, waiting, running, {"text.generate": 2.0}, limits, **more)

    assert (found.backlog_seconds, found.running, found.wanted_slots) == (backlog_s, running, wanted)


def test_a_loop_that_hangs_makes_its_conductor_unhealthy_and_one_that_fails_does_not() -> None:
    begun, failed, go_on = threading.Event(), threading.Event(), threading.Event()

    def hang() -> int:
        begun.set()
        go_on.wait(10)
        return 0

    def fail() -> int:
        failed.set()
        raise OSError

    stuck, failing = Loop("stuck", hang, lambda _: None, 0), Loop("failing", fail, lambda _: go_on.wait(10), 0)
    stuck.start()
    failing.start()
    assert begun.wait(10)
    assert failed.wait(10)
    until(lambda: failing.failures and not failing.busy_s())

    healthy = health([stuck, failing])
    sick = health([stuck, failing], stuck_s=0)

    go_on.set()
    for loop in (stuck, failing):
        loop.stop()
        loop.join(5)
    assert healthy.status == HTTPStatus.OK
    assert sick.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert json.loads(sick.body)["loops"] == ["stuck"]


def let_go(mill: Mill) -> None:
    """Have whoever holds the meter be gone for longer than it may be."""
    with mill.db.unit_of_work() as connection:
        connection.execute(text("UPDATE schedules SET next_at = now() - interval '1 s' WHERE name = 'meter'"))
    assert queries.HELD_S > 0
