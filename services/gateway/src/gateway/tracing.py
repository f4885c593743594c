"""The spans of requests: what changes something begins a trace, what a caller traces is followed."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mediamill import clock
from mediamill.jobs.settled import Outcome
from mediamill.jobs.tracing import Handed
from mediamill.providers.hooks import PATH as HOOKS
from mediamill.telemetry import traces
from mediamill.telemetry.traces import UNTRACED, Kind, Link, Untraced, Value

_LOOKS = frozenset(["GET", "HEAD", "OPTIONS"])


class Allowance:
    """How many traces may begin: some at once after a pause, so many a second in the long run."""

    def __init__(self, per_s: float) -> None:
        self._per_s = per_s
        self._left = self._most = max(1.0, per_s) if per_s > 0 else 0.0
        self._at = clock.monotonic()

    def take(self) -> bool:
        """Tell whether one more may begin now."""
        at = clock.monotonic()
        self._left = min(self._most, self._left + (at - self._at) * self._per_s)
        self._at = at
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Tracing:
    """Answers requests within spans of their own."""

    def __init__(self, per_s: float) -> None:
        self._allowance = Allowance(per_s)

    async def answer(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Have a request answered, and write its span down if it is traced."""
        span = self._begun(scope)
        if span is UNTRACED:
            await app(scope, receive, send)
            return

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                span.set({"http.response.status_code": message["status"]})
                if message["status"] >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    span.fail(str(message["status"]))
            await send(message)

        with span:
            await app(scope, receive, noted)
            if (route := getattr(scope.get("route"), "path", None)) is not None:
                span.set({"http.route": route})
                span.rename(f"{scope['method']} {route}")

    def _begun(self, scope: Scope) -> Untraced:
        """Begin the span of a request; what a vendor tells is written down where its job is known."""
        if scope["type"] != "http" or scope["path"].startswith(f"{HOOKS}/"):
            return UNTRACED
        facts: dict[str, Value] = {"http.request.method": scope["method"], "url.scheme": scope["scheme"]}
        given = traces.read(Headers(scope=scope).get("traceparent"))
        if given is not None:
            return traces.span_below(given, scope["method"], Kind.SERVER, facts)
        if scope["method"] in _LOOKS or not self._allowance.take():
            return UNTRACED
        return traces.first_span(scope["method"], Kind.SERVER, facts)


def write_told(vendor: str, outcome: Outcome, headers: Headers, began_ns: int) -> None:
    """Write down that a vendor told of a prediction, in the trace of its job."""
    handed = Handed(outcome.job_id, outcome.delivery, outcome.queue, "", outcome.traceparent)
    run, given = handed.run_context(), traces.read(headers.get("traceparent"))
    is_elsewhere = given is not None and run is not None and given.trace_id != run.trace_id
    facts: dict[str, Any] = {
        **handed.attributes("settle"),
        "http.request.method": "POST",
        "http.route": f"{HOOKS}/{{vendor}}/{{token}}",
        "gen_ai.provider.name": vendor,
        "mediamill.woken": outcome.is_woken,
    }
    traces.span_below(
        run,
        f"POST {HOOKS}/{{vendor}}/{{token}}",
        Kind.SERVER,
        facts,
        began_ns=began_ns,
        links=[Link(given, "told by")] if given is not None and is_elsewhere else (),
    ).end()
