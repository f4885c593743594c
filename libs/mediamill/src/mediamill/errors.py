"""Errors as facts: a code, an HTTP status, a class that says whether trying again helps, and a sentence.

The docstring of an error is the first half of its message, so that documentation and message cannot differ.
"""

from __future__ import annotations

import inspect
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar


class ErrorClass(StrEnum):
    """What may be done about a failure."""

    TRANSIENT = "transient"
    """Trying again may help: 5xx, 429, time-outs."""
    PERMANENT = "permanent"
    """Trying again cannot help: bad input, moderation, 4xx."""
    PROVIDER_DOWN = "provider_down"
    """This provider is out; the next of the chain may serve."""


class MediamillError(Exception):
    """Something went wrong inside Mediamill."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    error_class: ClassVar[ErrorClass] = ErrorClass.PERMANENT
    retry_after_s: float | None = None
    is_refusal: bool = False
    """Who was asked surely did nothing: it said no, or was never reached; so nothing has to be looked for or paid."""
    least_attempts: ClassVar[int] = 1
    """So often a job is tried at least, whatever its kind allows: for what is no fault of the job."""

    def __init__(self, detail: str = "", *, errors: list[tuple[list[str | int], str]] | None = None) -> None:
        self.detail = detail
        self.errors = errors or []
        self.facts: dict[str, Any] = {}
        """What programs may want to know of it."""
        super().__init__(f"{self.title()} {detail}".strip())

    @classmethod
    def title(cls) -> str:
        """Give the docstring's first sentence, on one line."""
        return " ".join((inspect.getdoc(cls) or cls.__name__).split("\n\n", 1)[0].split())


class NotFound(MediamillError):
    """There is nothing here by that id, or it belongs to someone else."""

    code, status = "not-found", 404


class UnknownKind(MediamillError):
    """No queue serves this kind."""

    code, status = "unknown-kind", 422


class InvalidInput(MediamillError):
    """The input does not fit the kind's contract."""

    code, status = "invalid-input", 422


class Unauthorized(MediamillError):
    """A valid key is needed: 'Authorization: Bearer <key>'."""

    code, status = "unauthorized", 401


class Forbidden(MediamillError):
    """This key's scopes do not allow that."""

    code, status = "forbidden", 403


class Conflict(MediamillError):
    """The request contradicts what is already there."""

    code, status = "conflict", 409


class IdempotencyMismatch(Conflict):
    """This Idempotency-Key was used with another body."""

    code = "idempotency-mismatch"


class OverQuota(MediamillError):
    """The tenant's plan allows no more jobs right now."""

    code, status = "over-quota", 429
    error_class = ErrorClass.TRANSIENT


class OverStorage(MediamillError):
    """The tenant's plan keeps no more bytes; nothing of this was kept."""

    code, status = "over-storage", 402

    @classmethod
    def of(cls, *, limit: int, kept: int) -> OverStorage:
        """Tell how full it is, in bytes."""
        error = cls(f"{kept:,} of {limit:,} bytes are kept already.")
        error.facts = {"limit": limit, "kept": kept}
        return error


class OutOfBudget(MediamillError):
    """The budget does not cover this price; nothing was bought."""

    code, status = "out-of-budget", 402

    @classmethod
    def of(cls, *, scope: str, limit: Decimal, spent: Decimal, reserved: Decimal, wanted: Decimal) -> OutOfBudget:
        """Tell whose budget it is, and where the money is, in USD."""
        told = f"{usd(wanted)} USD are wanted; of the {scope}'s {usd(limit)}"
        error = cls(f"{told}, {usd(spent)} are spent and {usd(reserved)} reserved.")
        error.facts = {
            "scope": scope,
            "limit": float(limit),
            "spent": float(spent),
            "reserved": float(reserved),
            "wanted": float(wanted),
        }
        return error


def usd(amount: Decimal) -> str:
    """Write an amount without needless zeros: ``0.04``."""
    text = f"{amount:.6f}".rstrip("0")
    return text.rstrip(".") if text.endswith(".") else text


class TooLarge(MediamillError):
    """The request's body is larger than allowed."""

    code, status = "too-large", 413


class UnsupportedMedia(MediamillError):
    """These bytes are not media of the type that they claim."""

    code, status = "unsupported-media", 415


class Unavailable(MediamillError):
    """A part of Mediamill that this needs is not reachable; try again shortly."""

    code, status = "unavailable", 503
    error_class = ErrorClass.TRANSIENT
    retry_after_s = 2.0


class SwitchedOff(MediamillError):
    """Everybody who could serve this kind is switched off by an operator."""

    code, status = "switched-off", 503


class StoreFull(MediamillError):
    """The store of assets has no room left; nothing of this was kept."""

    code, status = "store-full", 507
    error_class = ErrorClass.TRANSIENT
    least_attempts = 12


class StoreAway(MediamillError):
    """The store of assets does not answer as it should; try again shortly."""

    code, status = "store-away", 503
    error_class = ErrorClass.TRANSIENT
    retry_after_s = 5.0
    least_attempts = 12


class JobError(MediamillError):
    """The job failed."""

    code = "failed"


class Transient(JobError):
    """A passing fault; the job is tried again."""

    code, status, error_class = "transient", 503, ErrorClass.TRANSIENT

    def __init__(self, detail: str = "", *, retry_after_s: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class RateLimited(Transient):
    """The vendor takes no more right now."""

    code, status = "rate-limited", 429


class Permanent(JobError):
    """The job cannot succeed as it was asked for."""

    code, status = "permanent", 422


class Moderated(Permanent):
    """The vendor refused the content."""

    code = "moderated"


class ProviderDown(JobError):
    """The provider does not serve."""

    code, status, error_class = "provider-down", 503, ErrorClass.PROVIDER_DOWN

    def __init__(self, detail: str = "", *, retry_after_s: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class ChildFailed(JobError):
    """A child job that this one needs did not succeed."""

    code = "child-failed"


class Nondeterministic(JobError):
    """The handler asked for other steps than its journal holds."""

    code = "nondeterministic"


class OutcomeUnknown(JobError):
    """An effect was begun and nobody can tell whether it happened; it is not bought again."""

    code = "outcome-unknown"


class BadMedia(Permanent):
    """The bytes cannot be read as the media that they should be."""

    code = "bad-media"


class OutputRejected(Permanent):
    """What was made does not pass the last look, twice."""

    code = "output-rejected"
