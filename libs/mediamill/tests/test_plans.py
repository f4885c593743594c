"""Plans, what tenants have of them, and the jobs that a month allows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from mediamill.errors import Conflict, InvalidInput, OverQuota
from mediamill.ids import uuid7
from mediamill.jobs.model import Job
from mediamill.tenants import plans, queries
from mediamill.tenants.model import MonthlyJobs
from mediamill_testing.harness import Mill

NOTHING = {
    "is_paid": False,
    "weight": 1,
    "max_running": None,
    "max_queued": None,
    "max_monthly": None,
    "max_bytes": None,
}


def put(mill: Mill, name: str, **facts: Any) -> None:
    with mill.db.unit_of_work() as connection:
        plans.set_plan(connection, name, {**NOTHING, **facts})


def made(mill: Mill, name: str, **given: Any) -> UUID:
    with mill.db.unit_of_work() as connection:
        return UUID(str(plans.new_tenant(connection, {"name": name, **given})["id"]))


def change(mill: Mill, tenant: UUID, *follow: str, **given: Any) -> None:
    with mill.db.unit_of_work() as connection:
        plans.change_tenant(connection, tenant, given, follow)


def limits(mill: Mill, tenant: UUID) -> dict[str, Any]:
    with mill.db.unit_of_work() as connection:
        row = connection.execute(queries.tenant(tenant)).mappings().one()
    return {limit: row[limit] for limit in plans.LIMITS}


def jobs_of(mill: Mill, tenant: UUID) -> int:
    with mill.db.unit_of_work() as connection:
        return int(connection.execute(select(func.count()).where(Job.tenant_id == tenant)).scalar_one())


def counted(mill: Mill, tenant: UUID) -> list[int]:
    query = select(MonthlyJobs.jobs).where(MonthlyJobs.tenant_id == tenant).order_by(MonthlyJobs.month)
    with mill.db.unit_of_work() as connection:
        return list(connection.execute(query).scalars())


def test_a_tenant_has_the_limits_of_its_plan_but_for_its_own(mill: Mill) -> None:
    put(mill, "team", weight=3, max_running=4, max_bytes=10**12)

    tenant = made(mill, "acme", plan="team", max_running=None)

    assert limits(mill, tenant) == {
        "weight": 3,
        "max_running": None,
        "max_queued": None,
        "max_monthly": None,
        "max_bytes": 10**12,
    }


def test_a_plan_that_changes_changes_its_tenants_but_not_what_is_their_own(mill: Mill) -> None:
    put(mill, "team", weight=3, max_running=4)
    tenant, other = made(mill, "acme", plan="team", weight=9), made(mill, "other", weight=2)

    put(mill, "team", weight=5, max_running=6, max_queued=7)

    assert (limits(mill, tenant)["weight"], limits(mill, tenant)["max_running"]) == (9, 6)
    assert limits(mill, tenant)["max_queued"] == 7
    assert limits(mill, other)["max_queued"] is None


def test_a_tenant_takes_the_limits_of_its_new_plan_and_gives_its_own_up_again(mill: Mill) -> None:
    put(mill, "team", weight=3, max_running=4)
    tenant = made(mill, "acme", weight=9)

    change(mill, tenant, plan="team")
    kept = limits(mill, tenant)
    change(mill, tenant, "weight", "max_queued")

    assert (kept["weight"], kept["max_running"]) == (9, 4)
    assert (limits(mill, tenant)["weight"], limits(mill, tenant)["max_running"]) == (3, 4)


def test_no_tenant_keeps_the_numbers_of_a_plan_that_changes_at_the_same_moment(mill: Mill) -> None:
    tenants = [made(mill, f"tenant {number}") for number in range(4)]

    with ThreadPoolExecutor(8) as pool:
        for weight in range(1, 9):
            pool.submit(put, mill, "team", weight=weight)
            pool.submit(change, mill, tenants[weight % 4], plan="team" if weight > 1 else "free")

    with mill.db.unit_of_work() as connection:
        weight = connection.execute(plans.plan("team")).mappings().one()["weight"]
    assert {limits(mill, tenant)["weight"] for tenant in tenants if tenant_plan(mill, tenant) == "team"} <= {weight}


def tenant_plan(mill: Mill, tenant: UUID) -> str:
    with mill.db.unit_of_work() as connection:
        return str(connection.execute(queries.tenant(tenant)).mappings().one()["plan"])


def test_a_plan_that_is_not_there_or_is_needed_is_refused(mill: Mill) -> None:
    put(mill, "team")
    tenant = made(mill, "acme", plan="team")

    with pytest.raises(InvalidInput, match="gold"):
        made(mill, "rich", plan="gold")
    for name in ("team", "free"):
        with mill.db.unit_of_work() as connection, pytest.raises(Conflict):
            plans.remove_plan(connection, name)
    change(mill, tenant, plan="paid")
    with mill.db.unit_of_work() as connection:
        plans.remove_plan(connection, "team")
        assert connection.execute(plans.plan("team")).first() is None


def test_a_month_allows_so_many_jobs_and_tells_when_it_begins_anew(mill: Mill) -> None:
    tenant = made(mill, "small", max_monthly=2)
    mill.accept("test.noop", tenant_id=tenant)
    mill.accept("test.noop", tenant_id=tenant)

    with pytest.raises(OverQuota, match="2 of this month's 2") as refused:
        mill.accept("test.noop", tenant_id=tenant)

    assert refused.value.facts["resets_at"].endswith("-01T00:00:00Z")
    assert 0 < (refused.value.retry_after_s or 0) <= 31 * 86_400
    assert (jobs_of(mill, tenant), counted(mill, tenant)) == (2, [2])


def test_what_a_job_begins_and_a_key_that_is_used_again_are_not_counted(mill: Mill) -> None:
    tenant = made(mill, "small", max_monthly=2)
    mill.accept("test.fanout", {"n": 3}, tenant_id=tenant)
    mill.work_until_idle()

    for _ in range(3):
        mill.accept("test.noop", tenant_id=tenant, idempotency_key="once", body_hash="same")

    assert (jobs_of(mill, tenant), counted(mill, tenant)) == (5, [2])


def test_a_limit_that_comes_within_a_month_counts_what_was_before_it(mill: Mill) -> None:
    tenant = made(mill, "grown")
    for _ in range(3):
        mill.accept("test.noop", tenant_id=tenant)
    change(mill, tenant, max_monthly=5)
    mill.accept("test.noop", tenant_id=tenant)
    change(mill, tenant, max_monthly=None)
    mill.accept("test.noop", tenant_id=tenant)
    change(mill, tenant, max_monthly=6)

    mill.accept("test.noop", tenant_id=tenant)
    with pytest.raises(OverQuota):
        mill.accept("test.noop", tenant_id=tenant)

    assert counted(mill, tenant) == [6]


def test_a_month_that_is_over_says_nothing_of_the_next(mill: Mill) -> None:
    tenant = made(mill, "small", max_monthly=1)
    with mill.db.unit_of_work() as connection:
        last = text("INSERT INTO monthly_jobs VALUES (:id, date_trunc('month', now()) - interval '1 month', 1)")
        connection.execute(last, {"id": tenant})

    mill.accept("test.noop", tenant_id=tenant)

    assert counted(mill, tenant) == [1, 1]


def test_fifty_who_race_for_ten_jobs_get_ten(mill: Mill) -> None:
    tenant = made(mill, "small", max_monthly=10)

    def take(number: int) -> bool:
        try:
            mill.accept(
                "test.noop", {"payload": str(number)}, tenant_id=tenant, idempotency_key=str(uuid7()), body_hash="x"
            )
        except OverQuota:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(take, range(50)))

    assert (sum(got), jobs_of(mill, tenant), counted(mill, tenant)) == (10, 10, [10])
