"""The models that Replicate hosts."""

from __future__ import annotations

from itertools import chain
from typing import TypeVar

from mediamill.providers.protocol import EffectKey, Ended, Pending, Ticket
from mediamill_vendors.hosted import HostedModel
from mediamill_vendors.replicate.vendor import replicate

A = TypeVar("A")
T = TypeVar("T")


class ReplicateModel(HostedModel[A, T]):
    """A model hosted by Replicate: ``model`` is ``owner/name`` or ``owner/name:version``."""

    vendor = "replicate"

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
