"""Buying a prediction for a run: intent, submission, ticket, park; what a dead worker bought is adopted."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any, TypeVar

from psycopg.errors import UniqueViolation

from mediamill import clock
from mediamill.db.session import Database
from mediamill.errors import JobError, MediamillError, OutcomeUnknown, RateLimited
from mediamill.handlers.dealings import Dealings, Fenced, Place, Resting, Verdict, is_refusal
from mediamill.handlers.parked import Awaited, Left, Parked, Recalled
from mediamill.handlers.purse import Purse
from mediamill.handlers.run import Run, Stop
from mediamill.ids import born_at
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


def step_name(provider: Provider[Any, Any]) -> str:
    """Name the step of a prediction: who makes it, and with what."""
    return f"{provider.vendor} {provider.model}"


class Buyer:
    """Buys for one step of one run."""

    def __init__(  # what a run hands to each of its parts
        self, run: Run, db: Database, fenced: Fenced, purse: Purse, dealings: Dealings, place: Place
    ) -> None:
        self._run = run
        self._db = db
        self._fenced = fenced
        self._purse = purse
        self._dealings = dealings
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
        effect = self._key(known.purchase, "", known.begun_at)
        try:
            found = provider.find(ask, effect)
        except OutcomeUnknown as unknown:
            return self._buy_again(provider, ask, effect, unknown)
        except MediamillError:
            self._dealings.doubts.append(lambda: self._resolve(provider, ask, effect))
            raise
        if found is not None:
            return self._hold(provider, ask, effect, found)
        if self._dealings.is_resting:
            self._drop(effect)
        return self._submit(provider, ask, known.purchase)

    def _buy_again(self, provider: Provider[A, T], ask: A, effect: EffectKey, unknown: OutcomeUnknown) -> T:
        if unknown.retry_after_s:
            raise self._parked(unknown.retry_after_s)  # its webhook may still tell
        self._write_off(effect, unknown)
        return self._submit(provider, ask, effect.purchase + 1)

    def _resolve(self, provider: Provider[A, T], ask: A, effect: EffectKey) -> Verdict:
        """Find out, before another provider is asked, whether this one has sold."""
        if self._dealings.is_resting:
            return Verdict.LATER
        try:
            found = provider.find(ask, effect)
        except OutcomeUnknown as unknown:
            if unknown.retry_after_s:
                return Verdict.BOUGHT
            self._write_off(effect, unknown)
            return Verdict.LATER
        except MediamillError:
            return Verdict.LATER
        if found is not None:
            return Verdict.BOUGHT
        self._drop(effect)
        return Verdict.NOTHING

    def _write_off(self, effect: EffectKey, unknown: OutcomeUnknown) -> None:
        """Take it as bought, where the kind lets it be bought again. Raises ``OutcomeUnknown`` where it does not."""
        if self._run.kind.manifest.unknown_outcome != "buy_again":
            raise unknown
        self._fenced.tell(f"Nobody can tell whether {self._place.name!r} was bought: it counts as bought, and again.")
        self._purse.forfeit(effect.ordinal, effect.purchase)

    def _drop(self, effect: EffectKey) -> None:
        """Write down that the vendor made nothing of a purchase, and give back what was held for it."""
        self._db.one(predictions.refuse(self._run.job_id, effect.ordinal, effect.purchase))
        self._purse.give_back(effect.ordinal, effect.purchase)

    def _answer(self, provider: Provider[A, T], ask: A, known: Any) -> T:
        ended = Ended.model_validate(known.result["value"])
        if ended.failure is None:
            return provider.read(ask, ended)
        if known.attempt == self._run.attempt:
            raise ended.failure.error()
        return self._submit(provider, ask, known.purchase + 1)

    def _submit(self, provider: Provider[A, T], ask: A, purchase: int) -> T:
        if self._dealings.is_resting:
            raise Resting(provider.vendor)
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
        effect = self._key(purchase, token, begun_at)
        if (found := self._bought_before(provider, ask, effect)) is not None:
            return self._hold(provider, ask, effect, found)
        self._fenced.prove(held_at)
        try:
            ticket = provider.submit(ask, effect)
        except RateLimited as refusal:
            self._db.one(predictions.refuse(self._run.job_id, self._place.ordinal, purchase))
            raise self._parked((refusal.retry_after_s or AGAIN_S) * random.uniform(1, 1.5)) from refusal
        except JobError as error:
            if is_refusal(error):
                self._refused(provider.vendor, effect, error)
            else:
                self._dealings.doubts.append(lambda: self._resolve(provider, ask, effect))
            raise
        return self._hold(provider, ask, effect, ticket)

    def _key(self, purchase: int, token: str, begun_at: datetime) -> EffectKey:
        """Name a purchase; that of a job out of a backup may have been made at any time since the job was."""
        since = min(begun_at, born_at(self._run.job_id)) if self._run.is_restored else begun_at
        return EffectKey(self._run.job_id, self._place.ordinal, purchase, token, since)

    def _bought_before(self, provider: Provider[A, T], ask: A, effect: EffectKey) -> Ticket | None:
        """Give what a job out of a backup had bought after the backup was made. Raises what the vendor answers."""
        if not self._run.is_restored:
            return None
        try:
            return provider.find(ask, effect)
        except OutcomeUnknown:
            if self._run.kind.manifest.unknown_outcome != "buy_again":
                raise
            return None

    def _refused(self, vendor: str, effect: EffectKey, refusal: JobError) -> None:
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
