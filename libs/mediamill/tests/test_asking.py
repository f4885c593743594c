"""A prediction is bought once, whatever dies in between, and nobody holds a slot while it is made."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import func, select

from mediamill.jobs.cancel import cancel
from mediamill.jobs.model import Lease, Wait
from mediamill.jobs.redrive import redrive
from mediamill.jobs.states import State
from mediamill_testing.harness import Mill
from mediamill_testing.mortals import deliver_and_die, look_now
from mediamill_testing.stacks import until
from mediamill_testing.vendor.server import VendorServer


def rows(mill: Mill, table: type) -> int:
    with mill.db.unit_of_work() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def ended(mill: Mill, job: UUID) -> State:
    """Take turns until a job has ended, with a look in each."""

    def turn() -> bool:
        look_now(mill)
        mill.turn()
        return mill.state_of(job) in {State.SUCCEEDED, State.FAILED, State.CANCELED}

    until(turn)
    return mill.state_of(job)


def test_a_prediction_is_bought_parked_for_and_answered(mill: Mill, vendor: VendorServer) -> None:
    job = mill.accept("test.wait", {"seconds": 0.1})

    state = mill.work_until_ended(job)

    assert state is State.SUCCEEDED
    assert mill.job(job).output == {"prediction": mill.predictions(job)[0].vendor_id}
    assert mill.told(job) == ["queued", "started", "waiting", "woken", "started", "succeeded"]
    assert vendor.bill.keys() == [f"{job}:0"]


def test_nothing_is_held_while_a_prediction_is_made(mill: Mill, vendor: VendorServer) -> None:
    job = mill.accept("test.wait", {"seconds": 60})

    mill.work_until_idle()

    assert mill.state_of(job) is State.WAITING
    assert (rows(mill, Lease), rows(mill, Wait), mill.wire.deliveries) == (0, 1, [])


# 1 claims, 2 writes the intent, 3 writes the ticket and parks; the vendor is asked between 2 and 3.
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("use", [1, 2, 3])
def test_a_worker_killed_anywhere_buys_once(mill: Mill, vendor: VendorServer, use: int, moment: str) -> None:
    job = mill.accept("test.wait", {"seconds": 0.1})

    deliver_and_die(mill, use, moment)
    state = ended(mill, job)

    assert state is State.SUCCEEDED
    assert vendor.bill.keys() == [f"{job}:0"]


def test_a_purchase_whose_answer_was_cut_off_is_found_again(mill: Mill, vendor: VendorServer) -> None:
    vendor.faults.cut_sales = 1
    job = mill.accept("test.wait", {"seconds": 0.1})

    state = ended(mill, job)

    assert state is State.SUCCEEDED
    assert vendor.bill.keys() == [f"{job}:0"]


def test_a_purchase_is_found_again_where_the_list_shows_no_webhooks(mill: Mill, vendor: VendorServer) -> None:
    vendor.faults.hide_hooks = True
    vendor.faults.cut_sales = 1
    job = mill.accept("test.wait", {"seconds": 0.1})

    state = ended(mill, job)

    assert (state, len(vendor.bill.sales())) == (State.SUCCEEDED, 1)


def test_a_purchase_that_broke_before_it_was_made_is_made_again(mill: Mill, vendor: VendorServer) -> None:
    vendor.faults.broken = 1
    job = mill.accept("test.wait", {"seconds": 0})

    state = ended(mill, job)

    assert state is State.SUCCEEDED
    assert len(vendor.bill.keys()) == 1


def test_a_busy_vendor_costs_no_attempt_and_no_slot(mill: Mill, vendor: VendorServer) -> None:
    vendor.faults.throttled, vendor.faults.retry_after_s = 5, 30
    job = mill.accept("test.wait", {"seconds": 0})
    mill.work_until_idle()
    held = rows(mill, Lease)

    state = ended(mill, job)

    assert (state, held, mill.job(job).attempt) == (State.SUCCEEDED, 0, 1)


def test_what_the_vendor_refuses_fails_the_job(mill: Mill, vendor: VendorServer) -> None:
    job = mill.accept("test.wait", {"seconds": 0, "fail": "NSFW content detected"})

    state = ended(mill, job)

    assert state is State.FAILED
    assert mill.job(job).error["code"] == "moderated"
    assert len(vendor.bill.keys()) == 1


@pytest.mark.parametrize("cost", ["0", "0.04"])
def test_what_the_vendor_refuses_to_sell_is_asked_for_once(mill: Mill, vendor: VendorServer, cost: str) -> None:
    vendor.faults.refused = 1
    job = mill.accept("test.wait", {"seconds": 0, "cost": cost})

    deliver_and_die(mill, 4 if cost == "0" else 6, "after")
    state = ended(mill, job)

    assert (state, mill.job(job).error["code"], vendor.api.asked) == (
        State.FAILED,
        "permanent",
        {"POST predictions": 1},
    )
    assert mill.steps(job)[0].result["value"]["failure"]["message"] == "replicate answered 422: Refused"


def test_a_job_that_was_refused_asks_again_when_it_is_redriven(mill: Mill, vendor: VendorServer) -> None:
    vendor.faults.refused = 1
    job = mill.accept("test.wait", {"seconds": 0})
    ended(mill, job)

    with mill.db.unit_of_work() as connection:
        redrive(connection, mill.tenant, job)
    state = ended(mill, job)

    assert (state, vendor.bill.keys()) == (State.SUCCEEDED, [f"{job}:0:2"])


def test_a_passing_failure_is_bought_again_with_each_attempt(mill: Mill, vendor: VendorServer) -> None:
    job = mill.accept("test.wait", {"seconds": 0, "fail": "Prediction interrupted"})

    state = ended(mill, job)

    assert (state, mill.job(job).attempt) == (State.FAILED, 3)
    assert vendor.bill.keys() == [f"{job}:0", f"{job}:0:2", f"{job}:0:3"]


def test_a_redriven_job_buys_anew(mill: Mill, vendor: VendorServer) -> None:
    job = mill.accept("test.wait", {"seconds": 0, "fail": "bad input"})
    ended(mill, job)

    with mill.db.unit_of_work() as connection:
        redrive(connection, mill.tenant, job)
    ended(mill, job)

    assert vendor.bill.keys() == [f"{job}:0", f"{job}:0:2"]


def test_a_canceled_job_has_its_prediction_canceled(mill: Mill, vendor: VendorServer) -> None:
    job = mill.accept("test.wait", {"seconds": 60})
    mill.work_until_idle()

    mill.db.run(lambda c: cancel(c, mill.tenant, job))
    mill.work_until_idle()

    assert [sale.status for sale in vendor.bill.sales()] == ["canceled"]
    assert mill.predictions(job)[0].state == "dropped"


def test_a_cancel_is_repeated_until_the_vendor_answered(mill: Mill, vendor: VendorServer) -> None:
    job = mill.accept("test.wait", {"seconds": 60})
    mill.work_until_idle()
    vendor.faults.throttled, vendor.faults.retry_after_s = 2, 0.1
    mill.db.run(lambda c: cancel(c, mill.tenant, job))

    def turn() -> bool:
        look_now(mill)
        mill.turn()
        return mill.predictions(job)[0].state == "dropped"

    until(turn)

    assert [sale.status for sale in vendor.bill.sales()] == ["canceled"]


def test_a_job_that_ends_before_its_ticket_is_written_has_its_prediction_canceled(
    mill: Mill, vendor: VendorServer
) -> None:
    job = mill.accept("test.wait", {"seconds": 60})
    deliver_and_die(mill, 3, "before")

    mill.db.run(lambda c: cancel(c, mill.tenant, job))
    mill.work_until_idle()

    assert [sale.status for sale in vendor.bill.sales()] == ["canceled"]
