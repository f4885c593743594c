"""Who serves a job is decided when it runs; when a provider does not serve the next one does, once."""

from __future__ import annotations

from uuid import UUID

import pytest

from mediamill.jobs.redrive import redrive
from mediamill.jobs.states import State
from mediamill_testing.chains import circuits, order, served_by, switch_provider, turns
from mediamill_testing.harness import Mill
from mediamill_testing.mortals import deliver_and_die, look_now
from mediamill_testing.plugin import read_settings_anew
from mediamill_testing.stacks import until
from mediamill_testing.vendor.server import VendorServer

ENDS = {State.SUCCEEDED, State.FAILED, State.CANCELED}
AS_ORDERED = ("replicate", "direct", "local")


def ended(mill: Mill, job: UUID) -> State:
    """Take turns until a job has ended, with every look and every retry due in each."""

    def turn() -> bool:
        look_now(mill)
        mill.turn()
        return mill.state_of(job) in ENDS

    until(turn)
    return mill.state_of(job)


def test_without_any_order_the_first_provider_of_the_kind_serves_alone(mill: Mill, vendor: VendorServer) -> None:
    job = mill.accept("test.serve")

    state = ended(mill, job)

    assert (state, served_by(mill, job), vendor.bill.sales()) == (State.SUCCEEDED, "local", [])


def test_the_settings_order_holds_until_an_operator_sets_another(
    mill: Mill, vendor: VendorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIAMILL_CHAINS", '{"test.serve": ["replicate", "local"]}')
    read_settings_anew()
    before = mill.accept("test.serve")
    ended(mill, before)

    order(mill, "direct", "local")
    after = mill.accept("test.serve")
    ended(mill, after)

    assert (served_by(mill, before), served_by(mill, after)) == ("replicate", "direct")


def test_a_tenants_order_differs_from_everybodys(mill: Mill, vendor: VendorServer) -> None:
    other = mill.add_tenant("other")
    order(mill, "replicate", "local")
    order(mill, "local", tenant_id=other)

    jobs = [mill.accept("test.serve", tenant_id=tenant) for tenant in (mill.tenant, other)]
    for job in jobs:
        ended(mill, job)

    assert [served_by(mill, job) for job in jobs] == ["replicate", "local"]
    assert [mill.job(job).provider for job in jobs] == ["replicate", "local"]


def test_a_provider_that_is_switched_off_gets_no_more_jobs_until_it_is_on_again(
    mill: Mill, vendor: VendorServer
) -> None:
    order(mill, "replicate", "local")
    switch_provider(mill, "replicate", enabled=False)
    without = mill.accept("test.serve")
    ended(mill, without)

    switch_provider(mill, "replicate", enabled=True)
    again = mill.accept("test.serve")
    ended(mill, again)

    assert (served_by(mill, without), served_by(mill, again)) == ("local", "replicate")


def test_whoever_has_no_key_or_no_model_left_is_passed_over(mill: Mill) -> None:
    order(mill, "retired", "replicate", "local")

    job = mill.accept("test.serve")
    ended(mill, job)

    assert turns(mill, job) == [("local", 1)]


@pytest.mark.parametrize("fault", ["broken", "away"])
def test_a_provider_that_fails_is_followed_by_the_next(mill: Mill, vendor: VendorServer, fault: str) -> None:
    order(mill, "replicate", "local")
    setattr(vendor.faults, fault, 1_000)

    job = mill.accept("test.serve")
    state = ended(mill, job)

    assert (state, served_by(mill, job)) == (State.SUCCEEDED, "local")
    assert [provider for provider, _ in turns(mill, job)][-1] == "local"
    assert (mill.job(job).provider, vendor.bill.sales()) == ("local", [])


def test_a_provider_that_nobody_reaches_is_followed_in_the_same_attempt(mill: Mill, vendor: VendorServer) -> None:
    order(mill, "replicate", "local")
    vendor.close()

    job = mill.accept("test.serve")
    state = ended(mill, job)

    assert (state, turns(mill, job)) == (State.SUCCEEDED, [("replicate", 1), ("local", 1)])
    told = next(event.data["text"] for event in mill.events(job) if event.type == "job.log")
    assert told.startswith("replicate does not serve (provider-down: ")
    assert told.endswith("local does.")


def test_what_is_wrong_with_the_job_is_wrong_with_every_provider(mill: Mill, vendor: VendorServer) -> None:
    order(mill, "replicate", "local")
    vendor.faults.refused = 1

    job = mill.accept("test.serve")
    state = ended(mill, job)

    assert (state, mill.job(job).error["code"], turns(mill, job)) == (State.FAILED, "permanent", [("replicate", 1)])
    assert circuits(mill) == []


def test_a_provider_that_was_named_serves_or_nobody_does(mill: Mill, vendor: VendorServer) -> None:
    order(mill, "local", "replicate")
    vendor.faults.away = 1_000

    job = mill.accept("test.serve", provider="replicate")
    state = ended(mill, job)

    assert (state, mill.job(job).error["code"]) == (State.FAILED, "provider-down")
    assert {provider for provider, _ in turns(mill, job)} == {"replicate"}


def test_a_purchase_that_was_cut_off_is_adopted_and_nobody_else_is_asked(mill: Mill, vendor: VendorServer) -> None:
    order(mill, *AS_ORDERED)
    vendor.faults.cut_sales = 1

    job = mill.accept("test.serve")
    state = ended(mill, job)

    assert (state, served_by(mill, job), len(vendor.bill.sales())) == (State.SUCCEEDED, "replicate", 1)


def test_on_the_last_attempt_a_purchase_is_looked_for_before_the_next_is_asked(
    mill: Mill, vendor: VendorServer
) -> None:
    order(mill, "replicate", "local")
    vendor.faults.cut_sales = 1

    job = mill.accept("test.serve")
    with mill.db.unit_of_work() as connection:
        connection.exec_driver_sql("UPDATE jobs SET attempt = 3")
    state = ended(mill, job)

    assert (state, served_by(mill, job), len(vendor.bill.sales())) == (State.SUCCEEDED, "replicate", 1)


def test_a_replay_goes_straight_to_who_serves_now_whatever_was_changed_meanwhile(
    mill: Mill, vendor: VendorServer
) -> None:
    order(mill, "direct", "replicate", "local")
    vendor.faults.away = 1
    job = mill.accept("test.serve", {"seconds": 60})
    mill.work_until_idle()
    journal = [(step.ordinal, step.name, step.type) for step in mill.steps(job)]

    order(mill, "local")
    switch_provider(mill, "replicate", enabled=False)
    sale = vendor.bill.sales()[-1]
    sale.seconds = 0
    state = ended(mill, job)

    assert (state, served_by(mill, job), len(vendor.bill.sales())) == (State.SUCCEEDED, "replicate", 1)
    assert [(step.ordinal, step.name, step.type) for step in mill.steps(job)][: len(journal)] == journal
    assert turns(mill, job) == [("direct", 1), ("replicate", 1)]


# 1 claims, 2 reads the journal or gives the turn, then the vendor is asked; the failover is around 4 to 9.
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("use", range(1, 11))
def test_a_worker_killed_anywhere_in_a_failover_buys_once(
    mill: Mill, vendor: VendorServer, use: int, moment: str
) -> None:
    order(mill, "direct", "replicate", "local")
    vendor.faults.away = 1

    job = mill.accept("test.serve", {"cost": "0.01"})
    deliver_and_die(mill, use, moment)
    state = ended(mill, job)

    assert state is State.SUCCEEDED
    assert len(vendor.bill.sales()) == (0 if served_by(mill, job) == "local" else 1)


def test_a_redriven_job_may_ask_all_of_them_again(mill: Mill, vendor: VendorServer) -> None:
    order(mill, "replicate", "direct")
    vendor.faults.away = 1_000
    job = mill.accept("test.serve")
    failed = ended(mill, job)

    vendor.faults.away = 1
    with mill.db.unit_of_work() as connection:
        redrive(connection, mill.tenant, job)
    state = ended(mill, job)

    assert (failed, state, len(vendor.bill.sales())) == (State.FAILED, State.SUCCEEDED, 1)


@pytest.mark.parametrize(("named", "serves"), [("local", "local"), (None, "replicate")])
def test_who_names_this_machine_for_a_job_names_it_for_all_that_the_job_begins(
    mill: Mill, vendor: VendorServer, named: str | None, serves: str
) -> None:
    order(mill, "replicate", "local")
    inner = {"kind": "shop.gather", "input": {"children": [{"kind": "test.serve"}]}}

    job = mill.accept("shop.gather", {"children": [inner]}, provider=named)
    ended(mill, job)

    (child,) = mill.children(job)
    (grandchild,) = mill.children(child.id)
    assert served_by(mill, grandchild.id) == serves
    assert bool(vendor.bill.sales()) == (serves == "replicate")
