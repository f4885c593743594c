"""What a vendor's refusal means, whoever the vendor is: errors are told apart here and nowhere else."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import NamedTuple, TypeVar

from mediamill.clock import now
from mediamill.errors import (
    JobError,
    MediamillError,
    Moderated,
    NotFound,
    Permanent,
    ProviderDown,
    RateLimited,
    Transient,
)
from mediamill_vendors.kept import Answer

E = TypeVar("E", bound=MediamillError)

FLAGGED = ("nsfw", "flagged", "sensitive", "moderat", "safety", "content_policy", "content policy")
PASSING = ("interrupted", "timed out", "timeout", "out of memory", "capacity", "try again", "temporarily")
PENNILESS = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
"""An account without money is answered as if it were too fast, and is not better off in a minute."""
_SHUT = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.FORBIDDEN})
_AWAY = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT})


class Problem(NamedTuple):
    """What an answer that is no success says."""

    detail: str
    code: str = ""
    is_over: bool = False
    """Nothing of the request is left, also where the status leaves that open: nobody works on it, nobody bills it."""


def refusal(vendor: str, answer: Answer, problem: Problem) -> JobError | NotFound:
    """Tell what an answer that is no success means."""
    status, said = answer.status, f"{vendor} answered {answer.status}: {problem.detail}"
    if status == HTTPStatus.REQUEST_TIMEOUT or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        failed = ProviderDown(said) if status in _AWAY else Transient(said)
        return refused(failed) if problem.is_over else failed
    return refused(_refusal(answer, problem, said))


def _refusal(answer: Answer, problem: Problem, said: str) -> JobError | NotFound:
    if _says(f"{problem.code} {problem.detail}", FLAGGED):
        return Moderated(said)
    if answer.status in _SHUT or problem.code in PENNILESS:
        return ProviderDown(said)
    match answer.status:
        case HTTPStatus.NOT_FOUND:
            return NotFound(said)
        case HTTPStatus.TOO_MANY_REQUESTS:
            return RateLimited(said, retry_after_s=retry_after_s(answer.headers.get("retry-after")))
    return Permanent(said)


def refused(error: E) -> E:
    """Say of an error that nothing was bought for it."""
    error.is_refusal = True
    return error


def failed(message: str | None) -> JobError:
    """Tell what kind of failure a prediction's error is."""
    text = message or "it gave no reason"
    if _says(text, FLAGGED):
        return Moderated(text)
    return Transient(text) if _says(text, PASSING) else Permanent(text)


def retry_after_s(header: str | None) -> float | None:
    """Read a Retry-After header: seconds, or a date as HTTP or ISO writes it."""
    text = (header or "").strip()
    if not text:
        return None
    for read in (float, _until_iso, _until_http):
        try:
            return max(0.0, read(text))
        except (ValueError, TypeError):
            continue
    return None


def _until_iso(text: str) -> float:
    return (datetime.fromisoformat(text).astimezone() - now()).total_seconds()


def _until_http(text: str) -> float:
    return (parsedate_to_datetime(text) - now()).total_seconds()


def _says(text: str, words: tuple[str, ...]) -> bool:
    lowered = text.lower()
    return any(word in lowered for word in words)
