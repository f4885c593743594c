"""Waiting costs nothing and nothing that was awaited is missed."""

from __future__ import annotations

from sqlalchemy import func, select

from mediamill.jobs.model import Lease, Wait
from mediamill.jobs.redrive import redrive
from mediamill.jobs.states import State
from mediamill.jobs.wake import deliver_signal
from mediamill_testing.harness import Mill


def rows(mill: Mill, table: type) -> int:
    with mill.db.unit_of_work() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def signal(mill: Mill, job: object, name: str, body: object) -> None:
    with mill.db.unit_of_work() as connection:
        deliver_signal(connection, mill.tenant, job, name, body)  # type: ignore[arg-type]


def test_a_parked_job_holds_no_slot(mill: Mill) -> None:
    job = mill.accept("shop.signal", {"name": "go"})

    mill.work_until_idle()

    assert mill.state_of(job) is State.WAITING
    assert (rows(mill, Lease), rows(mill, Wait)) == (0, 1)


def test_a_signal_wakes_the_job_and_gives_its_body(mill: Mill) -> None:
    job = mill.accept("shop.signal", {"name": "go"})
    mill.work_until_idle()

    signal(mill, job, "go", {"approved": True})
    mill.work_until_idle()

    assert mill.job(job).output == {"body": {"approved": True}}
    assert mill.told(job) == ["queued", "started", "waiting", "woken", "started", "succeeded"]


def test_a_signal_that_comes_before_the_job_waits_is_kept(mill: Mill) -> None:
    job = mill.accept("shop.signal", {"name": "go"})

    signal(mill, job, "go", 7)
    mill.work_until_idle()

    assert mill.job(job).output == {"body": 7}


def test_another_signal_does_not_wake_the_job(mill: Mill) -> None:
    job = mill.accept("shop.signal", {"name": "go"})
    mill.work_until_idle()

    signal(mill, job, "stop", None)
    mill.work_until_idle()

    assert mill.state_of(job) is State.WAITING


def test_a_timer_wakes_its_job(mill: Mill) -> None:
    job = mill.accept("shop.timer", {"seconds": 0.3})
    mill.work_until_idle()

    parked = mill.state_of(job)
    ended = mill.work_until_ended(job)

    assert (parked, ended) == (State.WAITING, State.SUCCEEDED)
    assert rows(mill, Wait) == 0


def test_a_flow_of_many_children_wakes_its_parent_once(mill: Mill) -> None:
    job = mill.accept("test.fanout", {"n": 40})

    mill.work_until_idle()

    assert mill.state_of(job) is State.SUCCEEDED
    assert mill.told(job).count("woken") == 1
    assert {child.state for child in mill.children(job)} == {"succeeded"}


def test_a_failed_child_fails_its_parent_and_withdraws_the_others(mill: Mill) -> None:
    children = [{"kind": "test.fail"}, {"kind": "shop.signal", "input": {"name": "never"}}]
    job = mill.accept("shop.gather", {"children": children})

    mill.work_until_idle()

    assert mill.job(job).error["code"] == "child-failed"
    assert [child.state for child in mill.children(job)] == ["failed", "canceled"]


def test_a_handler_may_go_on_after_a_failed_child(mill: Mill) -> None:
    children = [{"kind": "test.fail"}, {"kind": "test.noop"}]
    job = mill.accept("shop.gather", {"children": children, "catches": True})

    mill.work_until_idle()

    assert mill.job(job).output == {"count": -1}


def test_a_child_with_a_wrong_input_fails_its_parent_with_the_reason(mill: Mill) -> None:
    job = mill.accept("shop.gather", {"children": [{"kind": "test.sleep", "input": {"seconds": -1}}]})

    mill.work_until_idle()

    assert mill.job(job).error["code"] == "invalid-input"
    assert "seconds" in mill.job(job).error["message"]


def test_a_redriven_flow_asks_again_only_for_what_did_not_succeed(mill: Mill) -> None:
    children = [{"kind": "test.noop"}, {"kind": "test.fail"}]
    job = mill.accept("shop.gather", {"children": children})
    mill.work_until_idle()

    with mill.db.unit_of_work() as connection:
        redrive(connection, mill.tenant, job)
    mill.work_until_idle()

    kinds = [child.kind for child in mill.children(job)]
    assert kinds == ["test.noop", "test.fail", "test.fail"]


def test_children_inherit_the_tenant_and_the_root(mill: Mill) -> None:
    job = mill.accept("shop.gather", {"children": [{"kind": "test.fanout", "input": {"n": 1}}]})

    mill.work_until_idle()

    child = mill.children(job)[0]
    grandchild = mill.children(child.id)[0]
    assert (grandchild.root_id, grandchild.tenant_id) == (job, mill.tenant)
    assert mill.state_of(job) is State.SUCCEEDED
