"""What a run may spend: nothing leaves the process before its price is held."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from mediamill.budgets.settle import Charge, Cost, extend_and_hold, hold, settle
from mediamill.db.session import Database
from mediamill.handlers.run import Run, Stop
from mediamill.jobs import journal
from mediamill.jobs.ended import take_hold
from mediamill.jobs.model import Job
from mediamill.processes import Stopped


class Purse:
    """Holds prices for a run and settles what its effects have cost; predictions are settled by whoever hears of it."""

    def __init__(self, run: Run, db: Database) -> None:
        self._run = run
        self._db = db

    def hold(self, ordinal: int, purchase: int, provider: str, price: Decimal) -> None:
        """Hold the price of a purchase, once. Raises ``OutOfBudget``, or ``Stopped`` if the run has lost its job."""
        charge = Charge(self._run.job_id, ordinal, purchase, provider, price)
        held = self._db.one(hold(charge, self._run.delivery))
        if held is not None and not held.is_covered:
            held = self._db.run(lambda c: extend_and_hold(c, charge, self._run.delivery))
        if held is None:
            self._lose()

    def complete(self, ordinal: int, purchase: int, result: Any, billed: Decimal | None) -> None:
        """Write an effect's result down together with what it has cost (``None``: what was held)."""
        cost = Cost(self._run.job_id, ordinal, purchase, billed)
        if not self._db.run(lambda c: self._complete(c, cost, result)):
            self._lose()

    def give_back(self, ordinal: int, purchase: int) -> None:
        """Free what was held for a purchase that surely was not made."""
        self._settle(Cost(self._run.job_id, ordinal, purchase, Decimal(0)))

    def forfeit(self, ordinal: int, purchase: int) -> None:
        """Take a purchase as made of which nobody will ever know: a budget errs on that side."""
        self._settle(Cost(self._run.job_id, ordinal, purchase, None))

    def _settle(self, cost: Cost) -> None:
        def settled(connection: Connection) -> None:
            take_hold(connection, Job.id == cost.job_id)
            settle(connection, [cost])

        self._db.run(settled)

    def _complete(self, connection: Connection, cost: Cost, result: Any) -> bool:
        run = self._run
        take_hold(connection, Job.id == run.job_id)
        if connection.execute(*journal.complete(run.job_id, run.delivery, cost.ordinal, result)).first() is None:
            return False
        settle(connection, [cost])
        return True

    def _lose(self) -> None:
        self._run.stop(Stop.LOST)
        raise Stopped
