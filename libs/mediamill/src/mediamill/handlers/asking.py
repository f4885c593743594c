"""Buying a prediction for a run: intent, submission, ticket, park; what a dead worker bought is adopted."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from psycopg.errors import UniqueViolation

from mediamill import clock
from mediamill.db.prepared import Prepared
from mediamill.db.session import Database
from mediamill.errors import OutcomeUnknown, Permanent, RateLimited
from mediamill.handlers.parked import Awaited, Left, Parked, Recalled
from mediamill.handlers.purse import Purse
from mediamill.handlers.run import Run, Stop
from mediamill.jobs import predictions
from mediamill.jobs.settled import Settled, settle_at_once
from mediamill.processes import Stopped
from mediamill.providers.hooks import new_token, token_hash
from mediamill.providers.model import PredictionState
from mediamill.providers.protocol import EffectKey, Ended, Failure, Provider, Ticket
from mediamill.steps.model import StepState

A = TypeVar("A")
T = TypeVar("T")

FIRST_LOOK_S = 0.4
"""A prediction is first looked at this long after it is expected to have ended."""
AGAIN_S = 5.0
CANCELLING_S = 1.0


class Fenced(NamedTuple):
    """What the run may do while it holds its job; both stop it where it does not."""

    write: Callable[[Prepared], Any]
    """Gives the row of a fenced statement."""
    prove: Callable[[float], None]
    """Passes if the job was held a moment ago: at the given time, or now."""


class Place(NamedTuple):
    """The step that asks."""

    ordinal: int
    name: str


def step_name(provider: Provider[Any, Any]) -> str:
    """Name the step of a prediction: who makes it, and with what."""
    return f"{provider.vendor} {provider.model}"


class Buyer:
    """Buys for one step of one run."""

    def __init__(self, run: Run, db: Database, fenced: Fenced, purse: Purse, place: Place) -> None:
        self._run = run
        self._db = db
        self._fenced = fenced
        self._purse = purse
        self._place = place

    def buy(self, provider: Provider[A, T], ask: A, recalled: Recalled | None) -> T:
        """Give the answer, or park until there is one. Raises what the prediction failed with."""
        if recalled is None:
            return self._submit(provider, ask, 1)
        if recalled.state == StepState.DONE:
            ended = Ended.model_validate(recalled.result)
            if ended.failure is None:
                return provider.read(ask, ended)
        return self._go_on(provider, ask)

    def _go_on(self, provider: Provider[A, T], ask: A) -> T:
        """Continue a purchase that an earlier run began."""
        known = self._known()
        if known is None:
            raise OutcomeUnknown(f"Step {self._place.ordinal} has a prediction of which nothing is known.")
        match known.state:
            case PredictionState.DONE:
                return self._answer(provider, ask, known)
            case PredictionState.WAITING:
                raise self._parked()
            case PredictionState.CANCEL:
                raise self._parked(CANCELLING_S)
            case PredictionState.INTENT:
                return self._adopt(provider, ask, known)
        return self._submit(provider, ask, known.purchase + (known.state == PredictionState.DROPPED))

    def _adopt(self, provider: Provider[A, T], ask: A, known: Any) -> T:
        effect = EffectKey(self._run.job_id, self._place.ordinal, known.purchase, "", known.begun_at)
        found = provider.find(ask, effect)
        if found is None:
            return self._submit(provider, ask, known.purchase)
        return self._hold(provider, ask, effect, found)

    def _answer(self, provider: Provider[A, T], ask: A, known: Any) -> T:
        ended = Ended.model_validate(known.result["value"])
        if ended.failure is None:
            return provider.read(ask, ended)
        if known.attempt == self._run.attempt:
            raise ended.failure.error()
        return self._submit(provider, ask, known.purchase + 1)

    def _submit(self, provider: Provider[A, T], ask: A, purchase: int) -> T:
        if (price := provider.price(ask)) > 0:
            self._purse.hold(self._place.ordinal, purchase, provider.vendor, price)
        token = new_token()
        intent = predictions.Intent(
            self._run.job_id,
            self._run.delivery,
            self._place.ordinal,
            self._place.name,
            purchase,
            self._run.attempt,
            provider.vendor,
            token_hash(token),
        )
        held_at = clock.running()
        begun_at = self._fenced.write(predictions.intend(intent)).begun_at
        effect = EffectKey(self._run.job_id, self._place.ordinal, purchase, token, begun_at)
        self._fenced.prove(held_at)
        try:
            ticket = provider.submit(ask, effect)
        except RateLimited as refusal:
            self._db.one(predictions.refuse(self._run.job_id, self._place.ordinal, purchase))
            raise self._parked((refusal.retry_after_s or AGAIN_S) * random.uniform(1, 1.5)) from refusal
        except Permanent as refusal:
            self._refused(provider.vendor, effect, refusal)
            raise
        return self._hold(provider, ask, effect, ticket)

    def _refused(self, vendor: str, effect: EffectKey, refusal: Permanent) -> None:
        """Write a refusal down as the purchase's end, so that no replay asks again and the handler may go on."""
        ended = Ended(id=str(effect), failure=Failure.of(refusal))
        settle_at_once(self._db, [Settled(vendor, token_hash(effect.token), ended)])
        # What nobody wanted any more was not settled, and is closed here.
        self._db.one(predictions.refuse(self._run.job_id, self._place.ordinal, effect.purchase))

    def _hold(self, provider: Provider[A, T], ask: A, effect: EffectKey, ticket: Ticket) -> T:
        bought = predictions.Bought(
            *(self._run.job_id, self._run.delivery, self._place.ordinal, effect.purchase),
            vendor_id=ticket.id,
            look_in_s=ticket.expected_s + FIRST_LOOK_S,
        )
        try:
            held = self._db.one(predictions.park(bought))
        except UniqueViolation as error:
            raise OutcomeUnknown(f"Another step has the prediction {ticket.id} already.") from error
        if held is not None and held.is_parked:
            raise Left
        if held is not None and held.state == PredictionState.DONE:
            known = self._known()
            if known is not None:
                return self._answer(provider, ask, known)
        self._run.stop(Stop.LOST)
        raise Stopped

    def _known(self) -> Any | None:
        return self._db.one(predictions.known(self._run.job_id, self._place.ordinal))

    def _parked(self, seconds: float = 0) -> Parked:
        return Parked(Awaited("prediction", *self._place, sleep_s=seconds, recorded=True))
