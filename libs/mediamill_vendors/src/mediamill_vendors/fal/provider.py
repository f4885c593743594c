"""The models that fal hosts."""

from __future__ import annotations

from itertools import chain
from typing import TypeVar

from mediamill.clock import now
from mediamill.errors import OutcomeUnknown
from mediamill.providers.protocol import EffectKey, Ended, Pending, Ticket
from mediamill_vendors.fal.vendor import fal
from mediamill_vendors.hosted import HostedModel

A = TypeVar("A")
T = TypeVar("T")

HOOK_S = 60.0
"""A webhook is waited for so much longer than the prediction is expected to take, before its outcome is unknown."""


class FalModel(HostedModel[A, T]):
    """A model hosted by fal: ``model`` is the app, ``owner/name`` or ``owner/name/path``."""

    vendor = "fal"

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
