"""Doing an effect for a run: intent, deed, result. A refusal is written down; an unknown outcome follows a policy."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from pydantic_core import to_jsonable_python

from mediamill import clock
from mediamill.errors import MediamillError, OutcomeUnknown
from mediamill.handlers.context import Price
from mediamill.handlers.dealings import Dealings, Fenced, Place, Resting, Verdict, is_refusal
from mediamill.handlers.parked import Recalled
from mediamill.handlers.purse import Purse
from mediamill.handlers.recorded import as_returned
from mediamill.handlers.run import Run
from mediamill.jobs import effects, journal
from mediamill.jobs.effects import Deed
from mediamill.providers.protocol import Failure
from mediamill.steps.model import StepState

T = TypeVar("T")


class How(NamedTuple, Generic[T]):
    """How an effect is done, found again and paid for."""

    submit: Callable[[str], T]
    recover: Callable[[str], T | None]
    price: Price[T]


class Effect(Generic[T]):
    """One effect of one run."""

    def __init__(  # what a run hands to each of its parts
        self, run: Run, fenced: Fenced, purse: Purse, dealings: Dealings, place: Place, how: How[T]
    ) -> None:
        self._run = run
        self._fenced = fenced
        self._purse = purse
        self._dealings = dealings
        self._place = place
        self._how = how
        self._key = f"{run.job_id}:{place.ordinal}"

    def do(self, recalled: Recalled | None) -> T:
        """Give its result: what is written down, what is found, or what is done now."""
        if recalled is None:
            return self._begin(1) if not self._run.is_restored else self._look_first()
        if recalled.state == StepState.DONE:
            return as_returned(self._how.submit, recalled.result)
        if recalled.state == StepState.REFUSED:
            return self._ask_again(recalled)
        return self._find(recalled.purchase)

    def _ask_again(self, recalled: Recalled) -> T:
        if recalled.failure is not None and recalled.attempt == self._run.attempt:
            raise recalled.failure.error()
        return self._begin(recalled.purchase)

    def _begin(self, purchase: int) -> T:
        if self._dealings.is_resting:
            raise Resting(self._run.provider or "")
        self._hold(purchase)
        held_at = clock.running()
        self._fenced.write(effects.intend(self._deed(purchase)))
        return self._submit(purchase, held_at)

    def _look_first(self) -> T:
        """For a job out of a backup: what it did after the backup was made is found, and not done again."""
        self._hold(1)
        self._fenced.write(effects.intend(self._deed(1)))
        return self._find(1)

    def _find(self, purchase: int) -> T:
        """Find what an earlier run began; what surely never happened is done now, under the same intent."""
        self._hold(purchase)
        try:
            done = self._how.recover(self._key)
        except OutcomeUnknown as unknown:
            self._write_off(purchase, unknown)
            return self._begin(purchase + 1)
        except MediamillError:
            self._dealings.doubts.append(lambda: self._resolve(purchase))
            raise
        if done is not None:
            return self._complete(purchase, done)
        if self._dealings.is_resting:
            resting = Resting(self._run.provider or "")
            self._refuse(purchase, resting)
            raise resting
        return self._submit(purchase, -math.inf)

    def _submit(self, purchase: int, held_at: float) -> T:
        self._fenced.prove(held_at)
        try:
            done = self._how.submit(self._key)
        except MediamillError as error:
            if is_refusal(error):
                self._refuse(purchase, error)
            else:
                self._dealings.doubts.append(lambda: self._resolve(purchase))
            raise
        return self._complete(purchase, done)

    def _complete(self, purchase: int, done: T) -> T:
        recorded, price = to_jsonable_python(done), self._how.price
        if price.amount > 0:
            billed = price.billed(done) if price.billed else None
            self._purse.complete(self._place.ordinal, purchase, recorded, billed)
        else:
            deed = (self._run.job_id, self._run.delivery, self._place.ordinal)
            self._fenced.write(journal.complete(*deed, recorded))
        return as_returned(self._how.submit, recorded)

    def _refuse(self, purchase: int, error: MediamillError) -> None:
        """Write down that nothing was bought, so that no replay asks again, and give back what was held for it."""
        failure = Failure.of(error)
        self._fenced.write(effects.refuse(self._deed(purchase), self._run.attempt, failure))
        if self._how.price.amount > 0:
            self._purse.give_back(self._place.ordinal, purchase)

    def _resolve(self, purchase: int) -> Verdict:
        """Find out, before another provider is asked, whether this one has sold."""
        try:
            done = self._how.recover(self._key)
        except OutcomeUnknown as unknown:
            self._write_off(purchase, unknown)
        except MediamillError as error:
            if not self._may_buy_again:
                return Verdict.OPEN
            self._write_off(purchase, OutcomeUnknown(error.detail))
        else:
            if done is not None:
                self._complete(purchase, done)
                return Verdict.BOUGHT
        self._refuse(purchase, Resting(self._run.provider or ""))
        return Verdict.NOTHING

    def _write_off(self, purchase: int, unknown: OutcomeUnknown) -> None:
        """Take it as bought, where the kind lets it be bought again. Raises ``OutcomeUnknown`` where it does not."""
        if not self._may_buy_again:
            raise unknown
        self._fenced.tell(f"Nobody can tell whether {self._place.name!r} was bought: it counts as bought, and again.")
        if self._how.price.amount > 0:
            self._purse.forfeit(self._place.ordinal, purchase)

    @property
    def _may_buy_again(self) -> bool:
        return self._run.kind.manifest.unknown_outcome == "buy_again"

    def _hold(self, purchase: int) -> None:
        if (amount := self._how.price.amount) > 0:
            self._purse.hold(self._place.ordinal, purchase, self._run.provider or "", amount)

    def _deed(self, purchase: int) -> Deed:
        return Deed(self._run.job_id, self._run.delivery, self._place.ordinal, self._place.name, purchase)
