"""Money is set aside before it is spent, spent once, and given back; what the budget does not cover is never bought."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from mediamill.budgets.limits import count_spending
from mediamill.errors import OutOfBudget
from mediamill.ids import uuid7
from mediamill.jobs.cancel import cancel
from mediamill.jobs.redrive import redrive
from mediamill.jobs.states import State
from mediamill.tenants.model import ApiKey
from mediamill_testing.books import Balance, balance, drift, ledger, left_over, spent
from mediamill_testing.harness import Mill
from mediamill_testing.vendor.server import VendorServer

CENT = Decimal("0.01")


def usd(text: str) -> Decimal:
    return Decimal(text)


def tenant_with(mill: Mill, budget: str) -> UUID:
    return mill.add_tenant(f"with {budget}", budget=Decimal(budget))


def key_with(mill: Mill, tenant_id: UUID, budget: str) -> UUID:
    key_id = uuid7()
    with mill.db.unit_of_work() as connection:
        connection.execute(
            insert(ApiKey).values(
                id=key_id, tenant_id=tenant_id, prefix="mm_", digest=key_id.bytes, scopes=["jobs"], budget=budget
            )
        )
    return key_id


def buy(mill: Mill, tmp_path: Path, **facts: Any) -> UUID:
    """Accept a purchase at a vendor that is a file."""
    where = {name: facts.pop(name) for name in ("tenant_id", "key_id", "max_cost") if name in facts}
    return mill.accept("shop.buy", {"ledger": str(tmp_path / "vendor"), **facts}, **where)


def bought(tmp_path: Path) -> int:
    file = tmp_path / "vendor"
    return len(file.read_text().split()) if file.exists() else 0


def settle_down(mill: Mill) -> None:
    mill.work_until_idle()
    mill.treasurer.tick()
    assert drift(mill) == []


def test_a_prediction_is_reserved_settled_and_free_of_rests(mill: Mill, vendor: VendorServer) -> None:
    tenant_id = tenant_with(mill, "1")

    job = mill.accept("test.wait", {"seconds": 0.05, "cost": "0.04"}, tenant_id=tenant_id)
    set_aside = balance(mill, "tenant", tenant_id)
    state = mill.work_until_ended(job)

    settle_down(mill)
    assert (state, set_aside) == (State.SUCCEEDED, Balance(usd("0.04"), usd("0")))
    assert ledger(mill) == [("reserve", usd("0.04")), ("settle", usd("0.04"))]
    assert balance(mill, "tenant", tenant_id) == Balance(usd("0"), usd("0.04"))
    assert (mill.job(job).cost, vendor.bill.total(), left_over(mill)) == (usd("0.04"), usd("0.04"), 0)


def test_what_costs_nothing_is_in_no_book(mill: Mill) -> None:
    tenant_id = tenant_with(mill, "1")

    mill.accept("test.noop", tenant_id=tenant_id)
    mill.work_until_idle()

    assert (ledger(mill), balance(mill, "tenant", tenant_id), left_over(mill)) == ([], None, 0)


@pytest.mark.parametrize("scope", ["tenant", "key", "job"])
def test_what_the_budget_does_not_cover_is_refused(mill: Mill, tmp_path: Path, scope: str) -> None:
    tenant_id = tenant_with(mill, "0.10" if scope == "tenant" else "5")
    key_id = key_with(mill, tenant_id, "0.10" if scope == "key" else "5")
    where: dict[str, Any] = {"tenant_id": tenant_id, "key_id": key_id}
    if scope != "job":
        buy(mill, tmp_path, price="0.07", **where)

    with pytest.raises(OutOfBudget) as refused:
        buy(mill, tmp_path, price="0.11" if scope == "job" else "0.04", max_cost=usd("0.10"), **where)

    facts = refused.value.facts
    assert (facts["scope"], facts["limit"], facts["spent"]) == (scope, 0.1, 0.0)
    assert facts["reserved"] == (0.0 if scope == "job" else 0.07)
    assert drift(mill) == []


def test_an_effect_that_was_not_foreseen_is_not_bought_over_budget(mill: Mill, tmp_path: Path) -> None:
    tenant_id = tenant_with(mill, "0.05")

    job = buy(mill, tmp_path, price="0.06", known_price=False, tenant_id=tenant_id)
    settle_down(mill)

    assert (mill.state_of(job), mill.job(job).error["code"]) == (State.FAILED, "out-of-budget")
    assert (bought(tmp_path), ledger(mill)) == (0, [])


@pytest.mark.parametrize(("billed", "cost"), [("0.02", "0.02"), ("0.09", "0.09"), ("0", "0")])
def test_the_real_price_counts(mill: Mill, tmp_path: Path, billed: str, cost: str) -> None:
    tenant_id = tenant_with(mill, "0.10")

    job = buy(mill, tmp_path, price="0.05", billed=billed, tenant_id=tenant_id)
    settle_down(mill)

    assert mill.job(job).cost == usd(cost)
    assert balance(mill, "tenant", tenant_id) == Balance(usd("0"), usd(cost))


@pytest.mark.parametrize("crash_after", ["intent", "deed"])
def test_an_effect_that_is_tried_again_is_paid_once(mill: Mill, tmp_path: Path, crash_after: str) -> None:
    tenant_id = tenant_with(mill, "0.05")

    job = buy(mill, tmp_path, price="0.05", crash_after=crash_after, tenant_id=tenant_id)
    settle_down(mill)

    assert (mill.state_of(job), bought(tmp_path), spent(mill)) == (State.SUCCEEDED, 1, usd("0.05"))


def test_an_effect_of_unknown_outcome_is_taken_as_bought(mill: Mill, tmp_path: Path) -> None:
    job = buy(mill, tmp_path, price="0.05", crash_after="deed", finds=False)
    settle_down(mill)

    assert (mill.state_of(job), bought(tmp_path), spent(mill)) == (State.FAILED, 1, usd("0.05"))
    assert mill.job(job).cost == usd("0.05")


def test_a_failed_prediction_costs_nothing_and_its_money_buys_the_next(mill: Mill, vendor: VendorServer) -> None:
    tenant_id = tenant_with(mill, "0.04")
    asked = {"seconds": 0, "cost": "0.04", "fail": "bad input"}

    job = mill.accept("test.wait", asked, tenant_id=tenant_id)
    state = mill.work_until_ended(job)

    settle_down(mill)
    assert (state, spent(mill), vendor.bill.total()) == (State.FAILED, usd("0"), usd("0"))
    assert balance(mill, "tenant", tenant_id) == Balance(usd("0"), usd("0"))
    assert ledger(mill) == [("reserve", usd("0.04")), ("release", usd("0.04"))]


def test_a_cancelled_prediction_is_taken_as_billed(mill: Mill, vendor: VendorServer) -> None:
    tenant_id = tenant_with(mill, "1")
    job = mill.accept("test.wait", {"seconds": 60, "cost": "0.04"}, tenant_id=tenant_id)
    mill.work_until_idle()

    with mill.db.unit_of_work() as connection:
        cancel(connection, tenant_id, job)
    mill.treasurer.tick()
    before = ledger(mill)
    mill.work_until_idle()

    settle_down(mill)
    assert before == [("reserve", usd("0.04"))]
    assert (mill.state_of(job), spent(mill), vendor.bill.total()) == (State.CANCELED, usd("0.04"), usd("0.04"))
    assert left_over(mill) == 0


def test_a_job_that_ends_in_line_gives_everything_back(mill: Mill, tmp_path: Path) -> None:
    tenant_id = tenant_with(mill, "0.05")
    job = buy(mill, tmp_path, price="0.05", tenant_id=tenant_id)
    with mill.db.unit_of_work() as connection:
        cancel(connection, tenant_id, job)

    other = buy(mill, tmp_path, price="0.05", tenant_id=tenant_id)

    assert ledger(mill, job) == [("reserve", usd("0.05")), ("release", usd("0.05"))]
    assert (ledger(mill, other), drift(mill)) == ([("reserve", usd("0.05"))], [])


def test_a_redriven_job_reserves_anew(mill: Mill, tmp_path: Path, vendor: VendorServer) -> None:
    tenant_id = tenant_with(mill, "0.05")
    job = mill.accept("test.wait", {"seconds": 0, "cost": "0.05", "fail": "bad input"}, tenant_id=tenant_id)
    mill.work_until_ended(job)
    settle_down(mill)
    other = buy(mill, tmp_path, price="0.03", tenant_id=tenant_id)

    with mill.db.unit_of_work() as connection:
        redrive(connection, tenant_id, job)
    mill.work_until_ended(job)

    settle_down(mill)
    assert mill.job(job).error["code"] == "out-of-budget"
    assert (len(vendor.bill.sales()), mill.state_of(other), spent(mill)) == (1, State.SUCCEEDED, usd("0.03"))


def test_a_tree_keeps_within_its_roots_max_cost(mill: Mill, tmp_path: Path) -> None:
    child = {"kind": "shop.buy", "input": {"ledger": str(tmp_path / "vendor"), "price": "0.04"}}

    cheap = mill.accept("shop.gather", {"children": [child, child]}, max_cost=usd("0.08"))
    settle_down(mill)
    dear = mill.accept("shop.gather", {"children": [child, child, child]}, max_cost=usd("0.08"))
    settle_down(mill)

    assert (mill.state_of(cheap), balance(mill, "job", cheap)) == (State.SUCCEEDED, Balance(usd("0"), usd("0.08")))
    assert (mill.state_of(dear), mill.job(dear).error["code"]) == (State.FAILED, "out-of-budget")
    assert (mill.job(cheap).cost, bought(tmp_path), mill.children(dear)) == (usd("0"), 2, [])


def test_a_budget_that_comes_later_counts_what_was_spent(mill: Mill, tmp_path: Path) -> None:
    buy(mill, tmp_path, price="0.04")
    settle_down(mill)
    buy(mill, tmp_path, price="0.03")
    unlimited = balance(mill, "tenant", mill.tenant)

    with mill.db.unit_of_work() as connection:
        count_spending(connection, "tenant", mill.tenant)
        connection.execute(text("UPDATE tenants SET budget = 0.1 WHERE id = :id"), {"id": mill.tenant})

    assert (unlimited, balance(mill, "tenant", mill.tenant)) == (None, Balance(usd("0.03"), usd("0.04")))
    with pytest.raises(OutOfBudget):
        buy(mill, tmp_path, price="0.04")
    buy(mill, tmp_path, price="0.03")
    settle_down(mill)


@pytest.mark.parametrize("change", ["UPDATE ledger SET amount = 1", "DELETE FROM ledger", "TRUNCATE ledger"])
def test_the_ledger_is_only_added_to(mill: Mill, tmp_path: Path, change: str) -> None:
    buy(mill, tmp_path, price="0.04")

    with pytest.raises(IntegrityError, match="only ever added to"), mill.db.unit_of_work() as connection:
        connection.execute(text(change))

    assert ledger(mill) == [("reserve", usd("0.04"))]
