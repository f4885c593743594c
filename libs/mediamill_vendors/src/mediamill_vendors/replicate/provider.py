"""What every model that Replicate hosts has in common; a model's own adapter tells its input and reads its output."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from itertools import chain
from typing import Any, Generic, TypeVar

from mediamill.providers.protocol import Capabilities, EffectKey, Ended, Pending, Ticket
from mediamill_vendors.replicate.vendor import replicate

A = TypeVar("A")
T = TypeVar("T")


class ReplicateModel(ABC, Generic[A, T]):
    """A model hosted by Replicate: ``model`` is ``owner/name`` or ``owner/name:version``."""

    vendor = "replicate"
    model: str
    can = Capabilities()
    expected_s = 10.0

    @abstractmethod
    def input_of(self, ask: A) -> Mapping[str, Any]:
        """Give the model's input."""

    @abstractmethod
    def read(self, ask: A, ended: Ended) -> T:
        """Make the answer of a prediction that succeeded."""

    def expect(self, ask: A) -> float:
        """Tell in how many seconds a prediction is expected to end."""
        return self.expected_s

    def submit(self, ask: A, effect: EffectKey) -> Ticket:
        """Have a prediction made."""
        return Ticket(replicate().submit(self.model, self.input_of(ask), effect), self.expect(ask))

    def find(self, ask: A, effect: EffectKey) -> Ticket | None:
        """Give the prediction that a dead worker paid for; it is looked at without delay."""
        found = replicate().find_like(self.model, self.input_of(ask), effect)
        return Ticket(found, 0.0) if found is not None else None

    def poll(self, ticket: Ticket) -> Pending | Ended:
        """Look at one prediction."""
        return next(chain.from_iterable(replicate().poll([ticket.id], 1)), Pending(ticket.id))
