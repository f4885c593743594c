"""The last cent is spent once, whoever races for it; workers die where they like and the bill is the ledger."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, update

from conductor.sweep.tick import Sweeper
from mediamill.db.session import Database
from mediamill.errors import OutOfBudget
from mediamill.handlers.handler import served
from mediamill.handlers.process import WorkerProcess
from mediamill.handlers.registration import Registration
from mediamill.handlers.runner import Parts
from mediamill.jobs.cancel import cancel
from mediamill.jobs.model import Wait, Worker
from mediamill.jobs.states import FINAL, State
from mediamill.providers.model import PredictionRow
from mediamill.wire.message import Received
from mediamill_testing.books import Balance, balance, drift, ledger, left_over, spent
from mediamill_testing.harness import Mill
from mediamill_testing.vendor.server import VendorServer

KILLS = 200
CHANCE = 0.35
CENT = Decimal("0.01")


class Dies(BaseException):
    """The worker is killed here."""


class MortalDatabase(Database):
    """A worker's database; at some of its uses the worker dies, before or after it."""

    def __init__(self, mill: Mill, is_time: Callable[[], str | None]) -> None:
        super().__init__(mill.config)
        self.is_time = is_time

    def one(self, *args: Any, **kwargs: Any) -> Any:
        return self.use(super().one, *args, **kwargs)

    def run(self, *args: Any, **kwargs: Any) -> Any:
        return self.use(super().run, *args, **kwargs)

    def use(self, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        moment = self.is_time()
        if moment == "before":
            raise Dies
        answer = verb(*args, **kwargs)
        if moment == "after":
            raise Dies
        return answer


class MortalWorker:
    """A worker that dies at random, and its successor."""

    def __init__(self, mill: Mill, kills: int, chance: random.Random) -> None:
        self.mill, self.chance, self.kills = mill, chance, kills
        self.db = MortalDatabase(mill, lambda: None)
        self.registration = self._register()

    def _register(self) -> Registration:
        mill = self.mill
        serves = served(mill.registry.queues.values())
        url = mill.config.database_url.get_secret_value()
        made = Registration(self.db, url, list(mill.registry.queues), 8, serves=serves, holds_session=False)
        self.db.is_time = lambda: None
        made.register()
        self.db.is_time = self._moment
        return made

    def _moment(self) -> str | None:
        if self.kills == 0 or self.chance.random() > CHANCE:
            return None
        self.kills -= 1
        return self.chance.choice(["before", "after"])

    def deliver(self, received: Received) -> None:
        parts = Parts(self.db, self.mill.registry, self.mill.store)
        worker = WorkerProcess(parts, self.registration, slots=8, heartbeat_s=60, grace_s=0)
        try:
            worker.deliver([received])
        except Dies:
            with self.mill.db.unit_of_work() as connection:
                connection.execute(delete(Worker).where(Worker.id == self.registration.worker_id))
            self.registration = self._register()


def hurry(mill: Mill) -> None:
    """Let the time pass that every look and every retry waits for."""
    with mill.db.unit_of_work() as connection:
        connection.execute(update(PredictionRow).where(PredictionRow.next_at.is_not(None)).values(next_at=func.now()))
        connection.execute(update(Wait).where(Wait.wake_at.is_not(None)).values(wake_at=func.now()))


def test_fifty_race_for_the_last_cent(mill: Mill, tmp_path: Path) -> None:
    tenant_id = mill.add_tenant("poor", budget=Decimal("0.05"))
    gate = threading.Barrier(50)
    db = Database(mill.config.model_copy(update={"pool_size": 50}))
    mill.db.engine.dispose()
    racing = Mill.__new__(Mill)
    racing.__dict__ = {**mill.__dict__, "db": db}

    def ask(number: int) -> bool:
        gate.wait()
        try:
            racing.accept("shop.buy", {"ledger": str(tmp_path / "vendor"), "price": "0.01"}, tenant_id=tenant_id)
        except OutOfBudget:
            return False
        return True

    with ThreadPoolExecutor(50) as pool:
        accepted = list(pool.map(ask, range(50)))

    db.engine.dispose()
    assert accepted.count(True) == 5
    assert balance(mill, "tenant", tenant_id) == Balance(Decimal("0.05"), Decimal(0))
    assert (ledger(mill), drift(mill)) == ([("reserve", CENT)] * 5, [])


def test_the_ledger_is_the_bill_after_two_hundred_kills(mill: Mill, vendor: VendorServer, tmp_path: Path) -> None:
    chance = random.Random(7)
    patient = mill.config.model_copy(update={"max_crashes": KILLS, "liveness": "lease"})
    mill.sweeper = Sweeper(mill.db, mill.wire, patient)  # type: ignore[arg-type]  # same verb
    tenant_id = mill.add_tenant("watched", budget=Decimal(1000))
    jobs = [
        mill.accept(
            "test.wait",
            {"seconds": 0, "cost": str(CENT * (1 + number % 7)), "fail": "bad input" if number % 9 == 0 else ""},
            tenant_id=tenant_id,
        )
        for number in range(70)
    ]
    worker = MortalWorker(mill, KILLS, chance)

    for turn in range(400):
        hurry(mill)
        mill.sweeper.tick()
        mill.watcher.tick()
        mill.dispatcher.tick()
        deliveries, mill.wire.deliveries = mill.wire.deliveries, []
        for delivery in deliveries:
            worker.deliver(Received(delivery.job_id, delivery.number))
        if turn == 5:
            with mill.db.unit_of_work() as connection:
                cancel(connection, tenant_id, jobs[-1])
        if all(mill.state_of(job) in FINAL for job in jobs):
            break
    with mill.db.unit_of_work() as connection:
        long_ago = func.now() - timedelta(minutes=2)
        connection.execute(update(PredictionRow).values(begun_at=long_ago))
    hurry(mill)
    mill.work_until_idle()
    mill.treasurer.tick()

    assert worker.kills == 0
    states = {mill.state_of(job) for job in jobs}
    assert State.SUCCEEDED in states
    assert states <= FINAL
    assert spent(mill) == vendor.bill.total()
    assert balance(mill, "tenant", tenant_id) == Balance(Decimal(0), vendor.bill.total())
    assert sum(mill.job(job).cost for job in jobs) == vendor.bill.total()
    assert (drift(mill), left_over(mill)) == ([], 0)
