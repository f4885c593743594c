"""Whatever is done in whatever order, the balances are the sums of the ledger; and days are counted once."""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import RowMapping, insert, select, text

from conductor.calendar.past import forget_past
from conductor.money.tick import Treasurer
from mediamill.budgets.model import UsageDay
from mediamill.budgets.reserve import Want, reserve
from mediamill.budgets.settle import Charge, Cost, extend_and_hold, hold, refund, settle
from mediamill.budgets.usage import used
from mediamill.clock import now
from mediamill.db.session import Database
from mediamill.errors import OutOfBudget
from mediamill.ids import uuid7
from mediamill.jobs.cancel import cancel
from mediamill.jobs.ended import take_hold
from mediamill.jobs.model import Job
from mediamill.jobs.redrive import redrive
from mediamill.tenants.model import ApiKey
from mediamill_testing.books import balance, drift, ledger, left_over, spent
from mediamill_testing.harness import Mill
from mediamill_testing.stacks import until


def amount(chance: random.Random) -> Decimal:
    return Decimal(chance.randint(1, 5_000_000)) / 1_000_000


class Market:
    """Jobs of two tenants with two keys, and random deeds with their money."""

    def __init__(self, mill: Mill, seed: int) -> None:
        self.mill, self.chance = mill, random.Random(seed)
        self.tenants = [mill.add_tenant(f"a {seed}", budget=Decimal(30)), mill.add_tenant(f"b {seed}")]
        self.keys = [self._key(tenant_id) for tenant_id in self.tenants]
        self.jobs: list[UUID] = []
        self.bought: list[tuple[UUID, int]] = []
        self.ordinals = range(3)
        self.deeds = [self.accept, self.hold, self.settle, self.refund, self.cancel, self.release]

    def _key(self, tenant_id: UUID) -> UUID:
        key_id = uuid7()
        values = {
            "id": key_id,
            "tenant_id": tenant_id,
            "prefix": "",
            "digest": key_id.bytes,
            "scopes": [],
            "budget": 20,
        }
        with self.mill.db.unit_of_work() as connection:
            connection.execute(insert(ApiKey).values(**values))
        return key_id

    def act(self) -> None:
        """Do one of the deeds."""
        with suppress(OutOfBudget):
            self.chance.choice(self.deeds)()

    def accept(self) -> None:
        at = self.chance.randrange(2)
        facts = {"tenant_id": self.tenants[at], "key_id": self.chance.choice([None, self.keys[at]])}
        most = self.chance.choice([None, Decimal(6)])
        job = self.mill.accept("shop.buy", {"ledger": "", "price": str(amount(self.chance))}, max_cost=most, **facts)
        with self.mill.db.unit_of_work() as connection:
            connection.execute(text("UPDATE jobs SET state = 'running', delivery = 1 WHERE id = :id"), {"id": job})
        self.jobs.append(job)

    def hold(self) -> None:
        if not self.jobs:
            return
        ordinal = self.chance.choice(self.ordinals)
        charge = Charge(self.chance.choice(self.jobs), ordinal, 1, "vendor", amount(self.chance))
        with self.mill.db.unit_of_work() as connection:
            extend_and_hold(connection, charge, 1)
        self.bought.append((charge.job_id, charge.ordinal))

    def settle(self) -> None:
        self._pay(settle)

    def refund(self) -> None:
        self._pay(refund)

    def _pay(self, verb: Any) -> None:
        if not self.bought:
            return
        job, ordinal = self.chance.choice(self.bought)
        cost = Cost(job, ordinal, 1, self.chance.choice([None, Decimal(0), amount(self.chance)]))
        with self.mill.db.unit_of_work() as connection:
            take_hold(connection, Job.id == job)
            verb(connection, [cost])

    def cancel(self) -> None:
        if self.jobs:
            job = self.chance.choice(self.jobs)
            with self.mill.db.unit_of_work() as connection:
                cancel(connection, self.mill.job(job).tenant_id, job)

    def release(self) -> None:
        self.mill.treasurer.tick()


@pytest.mark.parametrize("seed", [1, 2])
def test_balances_are_the_sums_of_the_ledger(mill: Mill, seed: int) -> None:
    market = Market(mill, seed)

    for _ in range(100):
        market.act()

    assert drift(mill) == []
    funded = balance(mill, "tenant", market.tenants[0])
    assert funded is not None
    assert funded.reserved >= 0
    costs = [mill.job(job).cost for job in market.jobs]
    assert sum(costs) == spent(mill)
    for job in market.jobs:
        with mill.db.unit_of_work() as connection:
            cancel(connection, mill.job(job).tenant_id, job)
    mill.treasurer.tick()
    assert (drift(mill), left_over(mill)) == ([], 0)


def test_many_at_once_take_their_locks_in_one_order(mill: Mill) -> None:
    market = Market(mill, 99)
    db = Database(mill.config.model_copy(update={"pool_size": 8}))
    racing = Mill.__new__(Mill)
    racing.__dict__ = {**mill.__dict__, "db": db, "treasurer": Treasurer(db)}

    def work(seed: int) -> None:
        mine = Market(racing, seed)
        mine.tenants, mine.keys, mine.jobs, mine.bought = market.tenants, market.keys, market.jobs, market.bought
        # A job has one run, so nobody else ever holds for the same purchase at the same time.
        mine.ordinals = range(3 * seed, 3 * seed + 3)
        for _ in range(40):
            mine.act()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))

    db.engine.dispose()
    assert drift(mill) == []


def test_a_step_that_loses_the_rest_to_another_one_reserves_what_it_lacks(mill: Mill) -> None:
    job = mill.accept("shop.buy", {"ledger": "", "price": "1"})
    with mill.db.unit_of_work() as connection:
        connection.execute(text("UPDATE jobs SET state = 'running', delivery = 1"))
    slower = Charge(job, 1, 1, "vendor", Decimal("0.5"))

    with ThreadPoolExecutor(1) as pool:
        with mill.db.unit_of_work() as faster:
            faster.execute(*hold(Charge(job, 0, 1, "vendor", Decimal("0.75")), 1))
            found = pool.submit(mill.db.run, lambda c: extend_and_hold(c, slower, 1))
            until(lambda: somebody_waits(mill))
        covered = found.result(20)

    assert covered is not None
    assert covered.is_covered
    assert ledger(mill) == [("reserve", Decimal(1)), ("reserve", Decimal("0.25"))]
    assert drift(mill) == []


def somebody_waits(mill: Mill) -> bool:
    with mill.db.unit_of_work() as connection:
        return bool(connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one())


def test_a_refund_frees_the_money_once(mill: Mill) -> None:
    tenant_id = mill.add_tenant("refunded", budget=Decimal(1))
    job = mill.accept("shop.buy", {"ledger": "", "price": "1"}, tenant_id=tenant_id)
    with mill.db.unit_of_work() as connection:
        connection.execute(text("UPDATE jobs SET state = 'running', delivery = 1"))
        extend_and_hold(connection, Charge(job, 0, 1, "vendor", Decimal(1)), 1)
        settle(connection, [Cost(job, 0, 1, None)])

    for _ in range(2):
        with mill.db.unit_of_work() as connection:
            refund(connection, [Cost(job, 0, 1, Decimal("0.25"))])

    with mill.db.unit_of_work() as connection:
        reserve(connection, [Want(job, Decimal("0.75"))])
    assert (mill.job(job).cost, spent(mill), drift(mill)) == (Decimal("0.25"), Decimal("0.25"), [])


def days(mill: Mill) -> list[dict[str, Any]]:
    given = {"tenant_id": mill.tenant, "since": now().date() - timedelta(days=1)}
    with mill.db.unit_of_work() as connection:
        rows: Sequence[RowMapping] = connection.execute(used(), given).mappings().all()
    return [{name: row[name] for name in row if name != "day"} for row in rows]


def test_days_are_the_same_before_and_after_they_are_folded_and_without_the_jobs(mill: Mill) -> None:
    for _ in range(3):
        mill.accept("test.noop")
    failed = mill.accept("test.fail", {"class": "permanent"})
    mill.accept("test.keep", {"size": 100})
    mill.work_until_idle()
    with mill.db.unit_of_work() as connection:
        redrive(connection, mill.tenant, failed)
    live = days(mill)

    mill.treasurer.fold(10)
    folded = days(mill)
    mill.work_until_idle()
    mill.treasurer.fold(10)
    ended = days(mill)
    with mill.db.unit_of_work() as connection:
        connection.execute(text("UPDATE jobs SET finished_at = now() - interval '9 days'"))
    forget_past(mill.db, -1)

    assert live == folded
    assert [(row["kind"], row["provider"], row["jobs"], row["succeeded"], row["failed"]) for row in live] == [
        ("test.fail", "local", 1, 0, 0),
        ("test.keep", "local", 1, 1, 0),
        ("test.noop", "local", 3, 3, 0),
    ]
    assert (ended[0]["failed"], ended[1]["bytes"]) == (1, 100)
    assert days(mill) == ended


def test_what_is_folded_is_not_folded_again(mill: Mill) -> None:
    mill.accept("test.noop")
    mill.work_until_idle()

    for _ in range(3):
        mill.treasurer.fold(10)

    with mill.db.unit_of_work() as connection:
        rows = connection.execute(select(UsageDay.jobs, UsageDay.succeeded)).all()
    assert [tuple(row) for row in rows] == [(1, 1)]
