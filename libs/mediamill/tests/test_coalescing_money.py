"""What is done once is paid for once; those who share it pay by policy, and every limit holds for each of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from mediamill.budgets.usage import used
from mediamill.clock import now
from mediamill.errors import OutOfBudget
from mediamill.jobs.admission import admit
from mediamill.jobs.cancel import cancel
from mediamill.jobs.draft import Draft, draft
from mediamill.jobs.states import State
from mediamill_testing.books import Balance, balance, drift, ledger, left_over, spent
from mediamill_testing.equals import ask, states
from mediamill_testing.harness import Mill
from mediamill_testing.plugin import read_settings_anew

PRICE = Decimal("0.25")


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whoever shares pays in full."""
    monkeypatch.setenv("MEDIAMILL_COALESCED_CHARGE", "full")
    read_settings_anew()
    yield
    monkeypatch.undo()
    read_settings_anew()


@pytest.fixture
def shop(tmp_path: Path) -> dict[str, Any]:
    """What is bought, and where the vendor writes down that it was."""
    return {"ledger": str(tmp_path / "sales"), "price": str(PRICE)}


def sales(shop: dict[str, Any]) -> int:
    return len(Path(shop["ledger"]).read_text().split())


def settled(mill: Mill, jobs: list[UUID]) -> list[Decimal]:
    """Work until all have ended and give what each has cost; the books must be in order then."""
    mill.work_until_idle()
    mill.treasurer.tick()
    assert (set(states(mill, jobs)), drift(mill), left_over(mill)) == ({State.SUCCEEDED}, [], 0)
    costs = [mill.job(job).cost for job in jobs]
    assert sum(costs) == spent(mill)
    return costs


def test_who_shares_pays_nothing_unless_told_otherwise(mill: Mill, shop: dict[str, Any]) -> None:
    jobs = [ask(mill, "shop.buy", shop) for _ in range(3)]

    assert ledger(mill) == [("reserve", PRICE)]
    assert settled(mill, jobs) == [PRICE, 0, 0]
    assert sales(shop) == 1


def test_a_budget_for_one_lets_all_share(mill: Mill, shop: dict[str, Any]) -> None:
    tenant_id = mill.add_tenant("thrifty", budget=PRICE)

    jobs = [ask(mill, "shop.buy", shop, tenant_id=tenant_id) for _ in range(5)]

    assert settled(mill, jobs) == [PRICE, 0, 0, 0, 0]
    assert balance(mill, "tenant", tenant_id) == Balance(Decimal(0), PRICE)


@pytest.mark.usefixtures("full")
def test_in_full_each_pays_what_the_leader_paid_and_the_rest_is_free_again(mill: Mill, shop: dict[str, Any]) -> None:
    tenant_id = mill.add_tenant("rich", budget=Decimal(1))

    jobs = [ask(mill, "shop.buy", {**shop, "billed": "0.1"}, tenant_id=tenant_id) for _ in range(3)]

    assert balance(mill, "tenant", tenant_id) == Balance(3 * PRICE, Decimal(0))
    assert settled(mill, jobs) == [Decimal("0.1")] * 3
    assert sales(shop) == 1
    assert balance(mill, "tenant", tenant_id) == Balance(Decimal(0), Decimal("0.3"))


@pytest.mark.usefixtures("full")
def test_in_full_nobody_pays_more_than_its_own_price(mill: Mill, shop: dict[str, Any]) -> None:
    jobs = [ask(mill, "shop.buy", {**shop, "billed": "2"}, max_cost=Decimal(3)) for _ in range(2)]

    assert settled(mill, jobs) == [Decimal(2), PRICE]


@pytest.mark.usefixtures("full")
def test_in_full_a_budget_stops_who_would_share_beyond_it(mill: Mill, shop: dict[str, Any]) -> None:
    tenant_id = mill.add_tenant("poor", budget=2 * PRICE)
    jobs = [ask(mill, "shop.buy", shop, tenant_id=tenant_id) for _ in range(2)]

    with pytest.raises(OutOfBudget):
        ask(mill, "shop.buy", shop, tenant_id=tenant_id)

    assert settled(mill, jobs) == [PRICE, PRICE]


@pytest.mark.usefixtures("full")
def test_what_is_charged_for_sharing_names_no_step_and_counts_in_the_usage(mill: Mill, shop: dict[str, Any]) -> None:
    jobs = [ask(mill, "shop.buy", shop) for _ in range(3)]

    settled(mill, jobs)

    given = {"tenant_id": mill.tenant, "since": now().date() - timedelta(days=1)}
    with mill.db.unit_of_work() as connection:
        (day,) = connection.execute(used(), given)
    assert (day.jobs, day.succeeded, day.cost) == (3, 3, 3 * PRICE)
    assert ledger(mill, jobs[1]) == [("reserve", PRICE), ("settle", PRICE)]


def test_a_follower_that_comes_to_lead_pays_for_itself(mill: Mill, shop: dict[str, Any]) -> None:
    leader, second, third = (ask(mill, "shop.buy", shop) for _ in range(3))
    with mill.db.unit_of_work() as connection:
        cancel(connection, mill.tenant, leader)

    assert settled(mill, [second, third]) == [PRICE, 0]
    assert ledger(mill, leader) == [("reserve", PRICE), ("release", PRICE)]


def test_a_follower_that_cannot_pay_when_it_comes_to_lead_fails_for_that(mill: Mill, shop: dict[str, Any]) -> None:
    tenant_id = mill.add_tenant("poor", budget=PRICE)
    leader, second = (ask(mill, "shop.buy", shop, tenant_id=tenant_id) for _ in range(2))
    with mill.db.unit_of_work() as connection:
        cancel(connection, tenant_id, leader)
    mill.treasurer.tick()
    mill.accept("shop.buy", {"ledger": shop["ledger"], "price": str(PRICE), "finds": False}, tenant_id=tenant_id)

    assert mill.work_until_ended(second) is State.FAILED
    assert mill.job(second).error["code"] == "out-of-budget"


def test_a_follower_dearer_than_its_own_limit_is_refused(mill: Mill, shop: dict[str, Any]) -> None:
    ask(mill, "shop.buy", shop)

    with pytest.raises(OutOfBudget):
        ask(mill, "shop.buy", shop, max_cost=PRICE / 2)


def test_in_one_statement_what_has_a_price_may_follow_but_not_lead(mill: Mill, shop: dict[str, Any]) -> None:
    def drafts(**facts: Any) -> list[Draft]:
        return [draft(mill.request("shop.buy", shop, cache="reuse", **facts)) for _ in range(2)]

    alone, plain = drafts(), draft(mill.request("test.noop"))
    with mill.db.unit_of_work() as connection:
        made = {row.id for row in connection.execute(*admit([*alone, plain]))}
    assert made == {plain.job_id}
    leader = ask(mill, "shop.buy", shop)
    keyed = drafts(idempotency_key="k", body_hash="h")
    with mill.db.unit_of_work() as connection:
        made = {row.id for row in connection.execute(*admit([*alone, *keyed]))}

    assert made == {one.job_id for one in alone}
    assert settled(mill, [leader, *made]) == [PRICE, 0, 0]
