"""How requests reach Replicate: a time-out on each, and every refusal as an error of ours."""

from __future__ import annotations

import json
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

from mediamill.clock import now
from mediamill.errors import JobError, Moderated, NotFound, Permanent, ProviderDown, RateLimited, Transient
from mediamill_vendors.kept import Answer, CutOff, Kept, Unreachable

_SENT = frozenset({"authorization", "user-agent", "content-type", "prefer"})
_JSON = {"Content-Type": "application/json"}
_FLAGGED = ("nsfw", "flagged", "sensitive", "moderat", "safety")
_PASSING = ("interrupted", "timed out", "timeout", "out of memory", "capacity", "try again", "temporarily")


class Wire(httpx.BaseTransport):
    """Sends the client's requests over kept connections.

    The client above it would wait for ever for the answer to a purchase, and retry others ten times while a thread
    waits; here a request takes a limited time and fails once, and whoever asked decides when to ask again. What httpx
    does below a client costs more than all the rest of a purchase.
    """

    def __init__(self, base_url: str) -> None:
        self._kept = Kept(base_url)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request. Raises errors of ours for all but a success."""
        headers = {name: value for name, value in request.headers.items() if name in _SENT}
        try:
            answer = self._kept.send(request.method, request.url.raw_path.decode(), headers, request.read())
        except Unreachable as error:
            raise ProviderDown(f"replicate: {error}.") from error
        except CutOff as error:
            raise Transient(f"replicate: {error}.") from error
        if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            raise refusal(answer)
        return httpx.Response(answer.status, headers=_JSON, content=answer.body)

    def close(self) -> None:
        """Let go of the connections."""
        self._kept.close()


def refusal(answer: Answer) -> JobError | NotFound:
    """Tell what an answer that is no success means."""
    status, detail = answer.status, _detail(answer.body)
    said = f"replicate answered {status}: {detail}"
    match status:
        case HTTPStatus.NOT_FOUND:
            return NotFound(said)
        case HTTPStatus.TOO_MANY_REQUESTS:
            return RateLimited(said, retry_after_s=retry_after_s(answer.headers.get("retry-after")))
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


def _detail(body: bytes) -> str:
    try:
        problem = json.loads(body)
        return str(problem.get("detail") or problem.get("title") or "")[:500]
    except (ValueError, AttributeError):
        return body[:200].decode(errors="replace")


def _says(text: str, words: tuple[str, ...]) -> bool:
    lowered = text.lower()
    return any(word in lowered for word in words)
