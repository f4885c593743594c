"""How requests reach Replicate: a time-out on each, and every refusal as an error of ours."""

from __future__ import annotations

import json
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

from mediamill.clock import now
from mediamill.errors import JobError, Moderated, NotFound, Permanent, ProviderDown, RateLimited, Transient

TIMEOUT = httpx.Timeout(30.0, connect=5.0)
_FLAGGED = ("nsfw", "flagged", "sensitive", "moderat", "safety")
_PASSING = ("interrupted", "timed out", "timeout", "out of memory", "capacity", "try again", "temporarily")


class Wire(httpx.BaseTransport):
    """Sends requests over kept connections.

    The client above it would wait for ever for the answer to a purchase, and retry others ten times while a thread
    waits; here a request takes at most ``TIMEOUT`` and fails once, and whoever asked decides when to ask again.
    """

    def __init__(self, connections: int = 32) -> None:
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=30)
        self._kept = httpx.HTTPTransport(limits=limits)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request. Raises errors of ours for all but a success."""
        request.extensions = {**request.extensions, "timeout": TIMEOUT.as_dict()}
        try:
            response = self._kept.handle_request(request)
            response.read()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise ProviderDown(f"replicate: {type(error).__name__}.") from error
        except httpx.HTTPError as error:
            raise Transient(f"replicate: {type(error).__name__}.") from error
        finally_ok = HTTPStatus.OK <= response.status_code < HTTPStatus.MULTIPLE_CHOICES
        if not finally_ok:
            raise refusal(response)
        return response

    def close(self) -> None:
        """Let go of the connections."""
        self._kept.close()


def refusal(response: httpx.Response) -> JobError | NotFound:
    """Tell what an answer that is no success means."""
    status, detail = response.status_code, _detail(response)
    said = f"replicate answered {status}: {detail}"
    match status:
        case HTTPStatus.NOT_FOUND:
            return NotFound(said)
        case HTTPStatus.TOO_MANY_REQUESTS:
            return RateLimited(said, retry_after_s=retry_after_s(response.headers.get("retry-after")))
        case HTTPStatus.BAD_GATEWAY | HTTPStatus.SERVICE_UNAVAILABLE | HTTPStatus.GATEWAY_TIMEOUT:
            return ProviderDown(said)
        case HTTPStatus.REQUEST_TIMEOUT:
            return Transient(said)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Transient(said)
    return Moderated(said) if _says(detail, _FLAGGED) else Permanent(said)


def failed(message: str | None) -> JobError:
    """Tell what kind of failure a prediction's error is."""
    text = message or "it gave no reason"
    if _says(text, _FLAGGED):
        return Moderated(text)
    return Transient(text) if _says(text, _PASSING) else Permanent(text)


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


def _detail(response: httpx.Response) -> str:
    try:
        problem = json.loads(response.content)
        return str(problem.get("detail") or problem.get("title") or "")[:500]
    except (ValueError, AttributeError):
        return response.text[:200]


def _says(text: str, words: tuple[str, ...]) -> bool:
    lowered = text.lower()
    return any(word in lowered for word in words)
