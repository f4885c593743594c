"""One try: resolve, check, connect to what was checked, sign, post; never longer than the time-out."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

import httpx

from conductor.courier.schedule import Outcome
from mediamill.clock import monotonic, now
from mediamill.telemetry import traces
from mediamill.telemetry.traces import Kind
from mediamill.webhooks.dialects import Letter
from mediamill.webhooks.resolve import addresses
from mediamill.webhooks.signing import signed_headers
from mediamill.webhooks.urls import RefusedUrl, Target, read_url

TIMEOUT_S = 15.0
AGENT = "Mediamill-Webhooks/1"
_MOST_ADDRESSES = 3


class Message(NamedTuple):
    """What is sent, and where."""

    id: str
    url: str
    secret: str
    letter: Letter
    traceparent: str | None = None
    """The context that the job was accepted in; its receiver is told."""
    event: str = ""


class Sender:
    """Posts messages; every connection is made for one message, so that none is shared by two names of one address."""

    def __init__(self, *, private_too: bool, timeout_s: float = TIMEOUT_S) -> None:
        self._private_too = private_too
        self._timeout_s = timeout_s
        self._client = httpx.AsyncClient(
            trust_env=False,  # a proxy would look names up by itself, unchecked
            verify=httpx.create_ssl_context(),  # with the authorities that SSL_CERT_FILE names
            follow_redirects=False,
            timeout=timeout_s,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        )

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def send(self, message: Message) -> Outcome:
        """Post a message and tell what came of it. Never raises."""
        facts = {"messaging.message.id": message.id, "mediamill.event": message.event}
        with traces.span_below(traces.read(message.traceparent), "POST webhook", Kind.CLIENT, facts) as span:
            outcome = await self._sent(message)
            if outcome.status is not None:
                span.set({"http.response.status_code": outcome.status})
            if not outcome.arrived:
                span.fail(str(outcome.status or "no answer"))
        return outcome

    async def _sent(self, message: Message) -> Outcome:
        began = monotonic()
        status, error = None, None
        try:
            async with asyncio.timeout(self._timeout_s):
                status = await self._post(message)
        except RefusedUrl as refused:
            error = f"not sent: {refused}"
        except (TimeoutError, httpx.TimeoutException):
            error = f"no answer in {self._timeout_s:.0f} s"
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as failed:
            error = f"no answer: {str(failed)[:200] or type(failed).__name__}"
        if status is not None and not httpx.codes.is_success(status):
            error = f"answered {status}"
        return Outcome(status, error, round((monotonic() - began) * 1000))

    async def _post(self, message: Message) -> int:
        target = read_url(message.url)
        found = await addresses(target, private_too=self._private_too)
        last: httpx.ConnectError | None = None
        for address in found[:_MOST_ADDRESSES]:
            try:
                return await self._post_to(target, address, message)
            except httpx.ConnectError as unreachable:
                last = unreachable
        raise last or RefusedUrl("its host has no address")

    async def _post_to(self, target: Target, address: str, message: Message) -> int:
        # The status is all that is wanted: a body, however long, is not read.
        async with self._client.stream(
            "POST",
            httpx.URL(scheme=target.scheme, host=address, port=target.port, raw_path=target.path.encode()),
            content=message.letter.body,
            headers={
                "Host": target.authority,
                "User-Agent": AGENT,
                "Content-Type": "application/json",
                "Connection": "close",
                **_traced(message),
                **message.letter.headers,
                **signed_headers(message.secret, message.id, now(), message.letter.body),
            },
            extensions={"sni_hostname": target.host},
        ) as answer:
            return answer.status_code


def _traced(message: Message) -> dict[str, str]:
    """Give the receiver the trace to continue, also where it is the caller's and nothing is traced here."""
    given = traces.well_formed(message.traceparent)
    return traces.outgoing() or ({"traceparent": given} if given is not None else {})
