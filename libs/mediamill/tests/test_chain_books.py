"""What a chain leaves behind is neither lost nor paid twice, and the books say what it cost."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from mediamill.jobs.redrive import redrive
from mediamill.jobs.states import State
from mediamill_testing.books import drift, ledger, left_over, spent
from mediamill_testing.chains import forget_intents, order, served_by, turns, with_policy
from mediamill_testing.harness import Mill, engine_registry
from mediamill_testing.mortals import deliver_and_die, look_now
from mediamill_testing.stacks import until
from mediamill_testing.vendor.server import VendorServer

ENDS = {State.SUCCEEDED, State.FAILED, State.CANCELED}
CENT = Decimal("0.01")


def ended(mill: Mill, job: UUID) -> State:
    def turn() -> bool:
        look_now(mill)
        mill.turn()
        return mill.state_of(job) in ENDS

    until(turn)
    return mill.state_of(job)


def last_attempt(mill: Mill) -> None:
    with mill.db.unit_of_work() as connection:
        connection.exec_driver_sql("UPDATE jobs SET attempt = 3")


@pytest.fixture
def daring(mill: Mill, tmp_path: Path) -> Mill:
    """The mill, whose kinds that buy by bare effects buy again when nobody knows what became of one."""
    registry = with_policy(with_policy(engine_registry(), "shop.buy", "buy_again"), "test.serve", "buy_again")
    made = Mill.__new__(Mill)
    made.__dict__ = mill.__dict__ | {"registry": registry}
    made.worker = made.add_worker()
    mill.worker.stop()
    mill.worker = made.worker
    return made


def settle_down(mill: Mill) -> None:
    mill.work_until_idle()
    mill.treasurer.tick()


def test_a_failover_reserves_what_the_next_costs_and_gives_back_what_the_first_did_not(
    mill: Mill, vendor: VendorServer
) -> None:
    order(mill, "replicate", "direct")
    vendor.faults.away = 2

    job = mill.accept("test.serve", {"cost": str(CENT)}, head="replicate")
    last_attempt(mill)
    state = ended(mill, job)
    forget_intents(mill)
    settle_down(mill)

    assert (state, served_by(mill, job)) == (State.SUCCEEDED, "direct")
    assert (spent(mill), mill.job(job).cost) == (2 * CENT, 2 * CENT)
    assert ledger(mill, job)[0] == ("reserve", CENT)
    assert (drift(mill), left_over(mill)) == ([], 0)


def test_a_purchase_that_may_exist_at_a_vendor_that_is_down_is_cancelled_later_and_held_until_then(
    mill: Mill, vendor: VendorServer
) -> None:
    order(mill, "replicate", "local")
    vendor.faults.cut_sales, vendor.faults.deaf_reads = 1, True

    job = mill.accept("test.serve", {"cost": str(CENT), "seconds": 60}, head="replicate")
    last_attempt(mill)
    state = ended(mill, job)
    mill.treasurer.tick()
    while_down = (mill.predictions(job)[0].state, left_over(mill), spent(mill))

    vendor.faults.deaf_reads = False
    mill.watcher._held_until = 0  # noqa: SLF001 - nobody waits for the vendor's own pause
    forget_intents(mill)
    settle_down(mill)

    assert (state, served_by(mill, job), while_down) == (State.SUCCEEDED, "local", ("cancel", 2, Decimal(0)))
    assert [sale.status for sale in vendor.bill.sales()] == ["canceled"]
    assert (mill.predictions(job)[0].state, spent(mill), left_over(mill)) == ("dropped", vendor.bill.total(), 0)
    assert drift(mill) == []


def test_what_a_call_refused_is_written_down_and_not_asked_again(mill: Mill, vendor: VendorServer) -> None:
    order(mill, "direct", "local")
    vendor.faults.away = 1

    job = mill.accept("test.serve", {"cost": str(CENT)}, head="direct")
    state = ended(mill, job)
    settle_down(mill)

    effect = next(step for step in mill.steps(job) if step.type == "effect")
    assert (state, turns(mill, job), effect.state) == (State.SUCCEEDED, [("direct", 1), ("local", 1)], "refused")
    assert effect.result["failure"]["code"] == "provider-down"
    assert (vendor.api.asked, spent(mill), left_over(mill)) == ({"POST predictions": 1}, Decimal(0), 0)


def test_a_call_of_which_nobody_knows_is_found_out_before_the_next_is_asked(mill: Mill, vendor: VendorServer) -> None:
    order(mill, "direct", "local")
    vendor.faults.cut_sales = 1

    job = mill.accept("test.serve", {"cost": str(CENT)}, head="direct")
    last_attempt(mill)
    state = ended(mill, job)

    assert (state, served_by(mill, job), len(vendor.bill.sales())) == (State.SUCCEEDED, "direct", 1)


def test_a_call_of_which_nobody_will_know_fails_the_job_rather_than_buying_elsewhere(
    mill: Mill, vendor: VendorServer
) -> None:
    order(mill, "direct", "local")
    vendor.faults.cut_sales, vendor.faults.deaf_reads = 1, True

    job = mill.accept("test.serve", {"cost": str(CENT)}, head="direct")
    state = ended(mill, job)
    settle_down(mill)

    assert (state, mill.job(job).error["code"]) == (State.FAILED, "outcome-unknown")
    assert {provider for provider, _ in turns(mill, job)} == {"direct"}
    assert (len(vendor.bill.sales()), spent(mill)) == (1, 2 * CENT)


def test_where_the_kind_allows_it_the_next_is_asked_and_the_unknown_call_counts_as_bought(
    daring: Mill, vendor: VendorServer
) -> None:
    order(daring, "direct", "local")
    vendor.faults.cut_sales, vendor.faults.deaf_reads = 1, True

    job = daring.accept("test.serve", {"cost": str(CENT)}, head="direct")
    last_attempt(daring)
    state = ended(daring, job)
    settle_down(daring)

    assert (state, served_by(daring, job), spent(daring)) == (State.SUCCEEDED, "local", 2 * CENT)
    assert (drift(daring), left_over(daring)) == ([], 0)


def test_an_effect_is_bought_again_where_its_kind_says_so_and_both_are_counted(daring: Mill, tmp_path: Path) -> None:
    asked = {"ledger": str(tmp_path / "vendor"), "price": "0.05", "crash_after": "deed", "finds": False}

    job = daring.accept("shop.buy", asked)
    state = ended(daring, job)
    settle_down(daring)

    told = [event.data["text"] for event in daring.events(job) if event.type == "job.log"]
    assert state is State.SUCCEEDED
    assert len((tmp_path / "vendor").read_text().split()) == 2
    assert (spent(daring), len(told)) == (Decimal("0.10"), 1)
    assert (drift(daring), left_over(daring)) == ([], 0)


def test_a_redriven_job_asks_again_for_what_was_refused(mill: Mill, vendor: VendorServer) -> None:
    order(mill, "direct")
    vendor.faults.away = 1_000
    job = mill.accept("test.serve", {"cost": str(CENT)}, head="direct")
    failed = ended(mill, job)

    vendor.faults.away = 0
    with mill.db.unit_of_work() as connection:
        redrive(connection, mill.tenant, job)
    state = ended(mill, job)
    settle_down(mill)

    assert (failed, state, len(vendor.bill.sales())) == (State.FAILED, State.SUCCEEDED, 1)
    assert (spent(mill), drift(mill), left_over(mill)) == (2 * CENT, [], 0)


# 1 claims, 2 gives the turn, 3 and 4 hold the price, 5 writes the intent; what was refused is written in 6 and 7.
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("use", range(5, 12))
def test_the_books_are_right_wherever_a_worker_dies_in_a_failover(
    mill: Mill, vendor: VendorServer, use: int, moment: str
) -> None:
    order(mill, "direct", "replicate")
    vendor.faults.away = 1

    job = mill.accept("test.serve", {"cost": str(CENT)}, head="direct")
    deliver_and_die(mill, use, moment)
    state = ended(mill, job)
    forget_intents(mill)
    settle_down(mill)

    sales = len(vendor.bill.sales())
    assert (state, sales) == (State.SUCCEEDED, 1)
    assert spent(mill) == (2 * CENT if served_by(mill, job) == "direct" else CENT)
    assert (drift(mill), left_over(mill)) == ([], 0)
