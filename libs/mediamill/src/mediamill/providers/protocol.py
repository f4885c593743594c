"""What a provider and a vendor are: three verbs and no waiting inside; errors are those of ``mediamill.errors``."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, Protocol, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from mediamill.errors import (
    ErrorClass,
    JobError,
    MediamillError,
    Moderated,
    Permanent,
    ProviderDown,
    RateLimited,
    Transient,
)

A_contra = TypeVar("A_contra", contravariant=True)
T_co = TypeVar("T_co", covariant=True)


class Capabilities(NamedTuple):
    """What a provider can, as data."""

    webhooks: bool = True
    cancel: bool = True
    max_seconds: float | None = None


class EffectKey(NamedTuple):
    """Names one purchase of one step; written as text it is the same on every try of that purchase."""

    job_id: UUID
    ordinal: int
    purchase: int
    """1, then one more each time the step buys anew because a prediction failed."""
    token: str
    """Opens the way in for this purchase's webhook; empty where a prediction is only looked for."""
    begun_at: datetime

    def __str__(self) -> str:
        name = f"{self.job_id}:{self.ordinal}"
        return name if self.purchase == 1 else f"{name}:{self.purchase}"


class Ticket(NamedTuple):
    """A prediction that a vendor has accepted, and in how many seconds from now it is expected to end."""

    id: str
    expected_s: float


class Pending(NamedTuple):
    """A prediction that has not ended."""

    id: str


class Failure(BaseModel):
    """Why a prediction failed, as a job shows errors."""

    model_config = ConfigDict(frozen=True)

    code: str
    message: str
    error_class: ErrorClass

    @classmethod
    def of(cls, error: MediamillError) -> Failure:
        """Keep an error."""
        return cls(code=error.code, message=error.detail, error_class=error.error_class)

    def error(self) -> JobError:
        """Give the error again."""
        if self.code == Moderated.code:
            return Moderated(self.message)
        if self.code == RateLimited.code:
            return RateLimited(self.message)
        match self.error_class:
            case ErrorClass.TRANSIENT:
                return Transient(self.message)
            case ErrorClass.PROVIDER_DOWN:
                return ProviderDown(self.message)
            case _:
                return Permanent(self.message)


class Ended(BaseModel):
    """How a prediction ended; what the journal keeps of it."""

    model_config = ConfigDict(frozen=True)

    id: str
    output: Any = None
    failure: Failure | None = None
    cost: Decimal | None = None
    """What the vendor bills, in USD, where it says so; else the price that was held, or nothing for a failure."""


class Provider(Protocol[A_contra, T_co]):
    """Turns a request into a vendor's prediction and back. Stateless; shared by all threads."""

    vendor: str
    model: str
    can: Capabilities

    def submit(self, ask: A_contra, effect: EffectKey) -> Ticket:
        """Have a prediction made; what it costs is owed once this was called. Raises what the vendor answered."""

    def find(self, ask: A_contra, effect: EffectKey) -> Ticket | None:
        """Give the prediction that a dead worker paid for, or ``None`` if there surely is none.

        Raises ``OutcomeUnknown`` when nobody can tell.
        """

    def poll(self, ticket: Ticket) -> Pending | Ended:
        """Look at one prediction; the conductor looks at many at once, through the vendor."""

    def read(self, ask: A_contra, ended: Ended) -> T_co:
        """Make the answer of a prediction that succeeded. Runs again on each replay, so it must cost nothing."""

    def price(self, ask: A_contra) -> Decimal:
        """Tell what it is expected to cost, in USD."""


class Vendor(Protocol):
    """How the conductor and the gateway talk to a vendor about predictions, whatever was asked of it."""

    name: str

    def poll(self, ids: Collection[str], outstanding: int) -> Iterator[list[Ended]]:
        """Give those of the predictions that have ended, as they are read. ``outstanding``: how many there are in all.

        An error is raised only if nothing could be read.
        """

    def find(self, effect: EffectKey) -> str | None:
        """Give the id of the prediction that was bought under a key, if there is one.

        Raises ``OutcomeUnknown`` when nobody can tell.
        """

    def cancel(self, id: str) -> None:
        """Have a prediction stopped. One that has ended, or that the vendor does not know, is fine."""

    def read_hook(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Ended | None:
        """Verify a webhook and read it; ``None`` while the prediction goes on. Raises ``Forged``; never waits.

        ``query`` is what the URL carries that the vendor was given; it is believed as its token is.
        """

    def learn(self) -> None:
        """Ask the vendor for what its webhooks are verified by, if that was not done just now."""
