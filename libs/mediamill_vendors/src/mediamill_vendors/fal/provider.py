"""What every model that fal hosts has in common; a model's own adapter tells its arguments and reads its output."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from itertools import chain
from typing import Any, Generic, TypeVar

from mediamill.clock import now
from mediamill.errors import OutcomeUnknown
from mediamill.providers.protocol import Capabilities, EffectKey, Ended, Pending, Ticket
from mediamill_vendors.fal.vendor import fal

A = TypeVar("A")
T = TypeVar("T")

HOOK_S = 60.0
"""A webhook is waited for so much longer than the prediction is expected to take, before its outcome is unknown."""


class FalModel(ABC, Generic[A, T]):
    """A model hosted by fal: ``model`` is the app, ``owner/name`` or ``owner/name/path``."""

    vendor = "fal"
    model: str
    can = Capabilities()
    expected_s = 10.0

    @abstractmethod
    def input_of(self, ask: A) -> Mapping[str, Any]:
        """Give the model's arguments."""

    @abstractmethod
    def read(self, ask: A, ended: Ended) -> T:
        """Make the answer of a prediction that succeeded."""

    def expect(self, ask: A) -> float:
        """Tell in how many seconds a prediction is expected to end."""
        return self.expected_s

    def submit(self, ask: A, effect: EffectKey) -> Ticket:
        """Have a prediction made."""
        return Ticket(fal().submit(self.model, self.input_of(ask), effect), self.expect(ask))

    def find(self, ask: A, effect: EffectKey) -> Ticket | None:
        """Raise ``OutcomeUnknown``: only the webhook of a prediction can still tell of it.

        While that may come, the error's ``retry_after_s`` says for how long.
        """
        unknown = OutcomeUnknown("fal lists no predictions, so nobody can tell whether this one was bought.")
        left_s = self.expect(ask) + HOOK_S - (now() - effect.begun_at).total_seconds()
        if fal().is_hooked and left_s > 0:
            unknown.retry_after_s = left_s
        raise unknown

    def poll(self, ticket: Ticket) -> Pending | Ended:
        """Look at one prediction."""
        return next(chain.from_iterable(fal().poll([ticket.id], 1)), Pending(ticket.id))
