"""A chain: the links of a kind take turns until one serves, and every turn is a step of the job.

A turn is given by one statement (``jobs.turns``) that reads what operators and circuits say now. What a link has bought
it goes on with; where a purchase may or may not exist, that is found out before anybody else is asked. So whatever dies
in between, the next run comes to the same link at the same step.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from mediamill.db.session import Database
from mediamill.errors import ErrorClass, JobError, MediamillError, OutcomeUnknown, Permanent, ProviderDown, RateLimited
from mediamill.handlers.context import Context, Link
from mediamill.handlers.dealings import Dealings, Fenced, Resting, Verdict
from mediamill.handlers.parked import Awaited, Left, Parked
from mediamill.handlers.run import Run
from mediamill.handlers.trail import Taken, Trail
from mediamill.hints import DISPATCH, publish_hint
from mediamill.jobs import turns
from mediamill.jobs.offers import can_serve, candidate, standard_order
from mediamill.jobs.turns import STEP, Choice, Held
from mediamill.jobs.wake import WAKE_BATCH, wake_rested
from mediamill.providers import circuits
from mediamill.steps.model import StepType

A = TypeVar("A")
T = TypeVar("T")

log = logging.getLogger(__name__)

AFTER_REST_S = 1.0
"""Those who wait for the same rest come back within so long, so that the first of them tries it for the others."""


class Means(NamedTuple):
    """What a chain works with: the run, and the parts of its context."""

    run: Run
    db: Database
    trail: Trail
    fenced: Fenced
    dealings: Dealings


class Turn(NamedTuple):
    """Who serves now."""

    ordinal: int
    provider: str
    model: str | None
    failures: int = 0
    """How many its circuit counted when the turn began."""
    is_probe: bool = False
    is_resting: bool = False
    """It may look for what it has begun, and begin nothing."""


class Chain(Generic[A, T]):
    """Hands one ask of one run from link to link."""

    def __init__(self, means: Means, links: Sequence[Link[A, T]]) -> None:
        self._run, self._db, self._trail, self._fenced, self._dealings = means
        self._links = {link.provider: link for link in links}
        self._first, _ = self._trail.arrive(STEP, StepType.STEP)
        self._turns = self._trail.turns(self._first)
        self._tried = {turn.provider for turn in self._turns if turn.attempt == self._run.attempt}
        self._was_found = False

    def serve(self, ctx: Context, ask: A) -> T:
        """Give the answer of the first link that serves. Raises what the last of them raised."""
        try:
            turn = self._begin()
            if turn.provider not in self._links:
                # What it bought is not given up for that: a worker that has the link goes on with it.
                raise ProviderDown(f"This worker has no link to {turn.provider}, which has begun the job.")
            while True:
                self._tried.add(turn.provider)
                try:
                    return self._serve(turn, ctx, ask)
                except MediamillError as error:
                    turn = self._after(turn, error)
        finally:
            self._dealings.begin(is_resting=False)

    def _serve(self, turn: Turn, ctx: Context, ask: A) -> T:
        self._trail.go_on_after(turn.ordinal)
        self._run.provider = turn.provider
        self._dealings.begin(is_resting=turn.is_resting)
        try:
            answer = self._links[turn.provider].serve(ctx, ask)
        except Left:
            self._has_answered(turn)
            raise
        except Parked as parked:
            if isinstance(parked.__cause__, RateLimited):
                self._has_answered(turn)  # too busy is well
            raise
        self._has_answered(turn)
        return answer

    def _begin(self) -> Turn:
        """Take up the turn that the journal ends with, or give one where there is nothing to go on with."""
        if not self._turns:
            return self._given(self._first, self._first)
        last = self._turns[-1]
        turn = Turn(last.ordinal, *candidate(self._run.kind, last.provider))
        has_gone_on = self._trail.has_gone_on(last.ordinal)
        if turn.model is None:
            return turn if has_gone_on or last.attempt == self._run.attempt else self._renewed(last)
        if self._trail.has_bought(last.ordinal):
            return turn
        return self._resumed(turn, last)

    def _resumed(self, turn: Turn, last: Taken) -> Turn:
        """Let a link look for what it has begun; one that has begun nothing may have to yield to others."""
        held = Held(self._run.job_id, self._run.delivery, turn.ordinal, turn.provider, turn.model)
        found = self._fenced.write(turns.standing(held))
        is_new = last.attempt != self._run.attempt or turn.provider not in self._links
        if not found.is_begun and (found.is_resting or is_new):
            return self._renewed(last)
        return turn._replace(failures=found.failures, is_probe=found.is_probe, is_resting=found.is_resting)

    def _renewed(self, last: Taken) -> Turn:
        return self._given(self._trail.beyond(), last.ordinal)

    def _given(self, ordinal: int, since: int) -> Turn:
        """Give a turn. Raises ``ProviderDown`` where nobody is left to have it, ``Permanent`` where there is nobody."""
        choice = self._choice(ordinal, since)
        while True:
            row = self._fenced.write(turns.give(choice))
            if row.given is not None:
                return Turn(ordinal, *candidate(self._run.kind, row.given), row.failures, row.is_probe)
            if row.chosen is None and row.rest_s is not None:
                raise self._rest(ordinal, row)
            if row.chosen is None:
                raise self._nobody(is_all_off=row.is_all_off)

    def _nobody(self, *, is_all_off: bool) -> JobError:
        """Tell that nobody can serve: for now, or, where operators want nobody, in no other attempt either."""
        told = f"to serve {self._run.kind.name}: see GET /v1/providers and GET /v1/chains."
        return Permanent(f"Nobody is switched on {told}") if is_all_off else ProviderDown(f"Nobody is left {told}")

    def _after(self, turn: Turn, error: MediamillError) -> Turn:
        """Give the next turn after a failure, or the same again where it has sold after all. Raises the failure."""
        is_open = self._count(turn, error)
        if not self._may_go_on(error, is_open=is_open):
            raise error
        ordinal = self._trail.beyond()
        choice = self._choice(ordinal, turn.ordinal)
        row = self._fenced.write(turns.look(choice))
        if row.chosen is None and turn.is_resting and row.rest_s is not None:
            raise self._rest(ordinal, row) from error
        if row.chosen is None:
            raise error
        if self._has_sold(error):
            self._trail.read_anew()
            return turn
        try:
            following = self._given(ordinal, turn.ordinal)
        except (ProviderDown, Parked):  # somebody switched it off or opened its circuit in this moment
            raise error from None
        self._fenced.tell(f"{turn.provider} does not serve ({error.code}: {error.detail}); {following.provider} does.")
        return following

    def _may_go_on(self, error: MediamillError, *, is_open: bool) -> bool:
        """Tell whether another provider may help: not with what is wrong with the job, or with us."""
        if not isinstance(error, JobError) or error.error_class is ErrorClass.PERMANENT:
            return False
        return error.error_class is ErrorClass.PROVIDER_DOWN or is_open or self._is_last_attempt

    @property
    def _is_last_attempt(self) -> bool:
        return self._run.attempt >= self._run.kind.manifest.attempts

    def _has_sold(self, error: MediamillError) -> bool:
        """Find out what became of the link's purchases. Raises the failure where that must be known before."""
        verdicts = [doubt() for doubt in self._dealings.doubts]
        if Verdict.OPEN in verdicts:
            if self._is_last_attempt:
                raise OutcomeUnknown(error.detail) from error
            raise error
        if Verdict.BOUGHT in verdicts and not self._was_found:
            self._was_found = True
            return True
        if Verdict.BOUGHT in verdicts:
            raise error
        return False

    def _count(self, turn: Turn, error: MediamillError) -> bool:
        """Count a failure against the model, and tell whether its circuit is open."""
        if turn.model is None:
            return False
        if turn.is_resting or isinstance(error, Resting):
            return True
        if not isinstance(error, JobError) or isinstance(error, RateLimited):
            return False
        if error.error_class is ErrorClass.PERMANENT:
            return False
        row = self._db.one(
            circuits.fail(circuits.Failure(turn.provider, turn.model, error.detail[:500], turn.is_probe))
        )
        if row is not None and row.has_just_opened:
            log.warning("%s %s fails again and again; nobody asks it for %.0f s", turn.provider, turn.model, row.rest_s)
        return row is not None and row.is_open

    def _has_answered(self, turn: Turn) -> None:
        """Close the circuit of a model that serves; of one that never failed there is nothing to write."""
        if turn.model is not None and (turn.failures or turn.is_probe) and not turn.is_resting:
            self._db.one(circuits.close(turn.provider, turn.model))
            log.info("%s %s serves again", turn.provider, turn.model)
            while self._db.run(lambda connection: wake_rested(connection, turn.provider, turn.model)) == WAKE_BATCH:
                continue
            publish_hint(DISPATCH)

    def _choice(self, ordinal: int, since: int) -> Choice:
        run, kind = self._run, self._run.kind
        able = [candidate(kind, provider) for provider in self._links if can_serve(kind, provider)]
        return Choice(
            *(run.job_id, run.delivery, ordinal, run.attempt, self._first, since, kind.name),
            first=kind.manifest.providers[0],
            standard=standard_order(kind),
            candidates=able,
            tried=self._tried,
        )

    def _rest(self, ordinal: int, row: Any) -> Parked:
        """Wait for the first circuit that may be tried or closes; nothing was asked, so that counts no attempt."""
        seconds = max(0.0, row.rest_s) + random.uniform(0, AFTER_REST_S)
        return Parked(Awaited("rest", ordinal, STEP, signal=row.resting, sleep_s=seconds, recorded=True))
