"""Workers that die at a chosen use of their database, and time that is made to pass."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, func, update

from mediamill.db.session import Database
from mediamill.handlers.handler import served
from mediamill.handlers.process import WorkerProcess
from mediamill.handlers.registration import Registration
from mediamill.handlers.runner import Parts
from mediamill.jobs.model import Line, Wait, Worker
from mediamill.providers.model import PredictionRow
from mediamill.wire.message import Received
from mediamill_testing.harness import Mill


class Dies(BaseException):
    """The worker is killed here."""


class MortalDatabase(Database):
    """A worker's database at whose n-th use the worker dies, before or after it."""

    def __init__(self, mill: Mill, use: int, moment: str) -> None:
        super().__init__(mill.config)
        self.left, self.moment = use, moment

    def rows(self, *args: Any, **kwargs: Any) -> Any:
        """Use it."""
        return self.use(super().rows, *args, **kwargs)

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Use it."""
        return self.use(super().run, *args, **kwargs)

    def use(self, verb: Any, *args: Any, **kwargs: Any) -> Any:
        """Count down, and die when it is time."""
        self.left -= 1
        if self.left == 0 and self.moment == "before":
            raise Dies
        answer = verb(*args, **kwargs)
        if self.left == 0:
            raise Dies
        return answer


def deliver_and_die(mill: Mill, use: int, moment: str) -> None:
    """Run what is in line on a worker that dies, and bury it."""
    db = MortalDatabase(mill, 0, moment)
    serves = served(mill.registry.queues.values())
    registration = Registration(
        db,
        mill.config.database_url.get_secret_value(),
        list(mill.registry.queues),
        8,
        serves=serves,
        holds_session=True,
    )
    registration.register()
    worker = WorkerProcess(
        Parts(db, mill.registry, mill.store, mill.signer), registration, slots=8, heartbeat_s=60, grace_s=0
    )
    db.left = use
    mill.dispatcher.tick()
    delivery = mill.wire.deliveries.pop()
    with pytest.raises(Dies):
        worker.deliver([Received(delivery.job_id, delivery.number)])
    with mill.db.unit_of_work() as connection:
        connection.execute(delete(Worker).where(Worker.id == registration.worker_id))
    db.engine.dispose()
    db.direct.close()


def look_now(mill: Mill) -> None:
    """Let the time pass that every look, every park and every retry waits for."""
    with mill.db.unit_of_work() as connection:
        connection.execute(update(PredictionRow).where(PredictionRow.next_at.is_not(None)).values(next_at=func.now()))
        connection.execute(update(Wait).where(Wait.wake_at.is_not(None)).values(wake_at=func.now()))
        connection.execute(update(Line).where(Line.run_at > func.now()).values(run_at=func.now()))
