"""How requests reach a vendor: a time-out on each, one try, and every refusal as an error of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx

from mediamill.errors import ProviderDown, Transient
from mediamill_vendors.kept import ANSWER_S, Answer, CutOff, Kept, Unreachable
from mediamill_vendors.metered import metered
from mediamill_vendors.refusals import Problem, refusal, refused

Reading = Callable[[Answer], Problem]
"""How a vendor words what is wrong."""

_SENT = frozenset({"accept", "authorization", "content-type", "idempotency-key", "prefer", "user-agent"})
_GIVEN = ("content-type", "x-fal-request-id", "x-request-id")


class Line:
    """A way to a vendor under the vendor's own client, for all threads of a process.

    The clients wait for ever for the answer to a purchase, or repeat it by themselves while a thread waits; here a
    request takes a limited time and fails once, and whoever asked decides when to ask again. What is below such a
    client costs more than all the rest of a purchase, so connections are kept by hand.
    """

    def __init__(self, vendor: str, base_url: str, reading: Reading) -> None:
        self._vendor = vendor
        self._kept = Kept(base_url)
        self._reading = reading

    def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, extensions: Mapping[str, Any]
    ) -> tuple[Answer, dict[str, str]]:
        """Send a client's request and give the answer with what its client wants to know of the headers.

        Raises errors of ours for all but a success.
        """
        with metered(self._vendor, method, path):
            answer = self._ask(method, path, headers, body, extensions)
        return answer, {name: value for name in _GIVEN if (value := answer.headers.get(name))}

    def _ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, extensions: Mapping[str, Any]
    ) -> Answer:
        sent = {name: value for name, value in headers.items() if name.lower() in _SENT}
        answer_s = (extensions.get("timeout") or {}).get("read") or ANSWER_S
        try:
            answer = self._kept.send(method, path, sent, body, answer_s)
        except Unreachable as error:
            raise refused(ProviderDown(f"{self._vendor}: {error}.")) from error
        except CutOff as error:
            raise Transient(f"{self._vendor}: {error}.") from error
        if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            raise refusal(self._vendor, answer, self._reading(answer))
        return answer

    def close(self) -> None:
        """Let go of the connections."""
        self._kept.close()


class Wire(httpx.BaseTransport):
    """The line as httpx wants it. The host is the line's, whatever the client has built in."""

    def __init__(self, line: Line, prefix: str = "") -> None:
        self._line = line
        self._prefix = prefix

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request. Raises errors of ours for all but a success."""
        path = self._prefix + request.url.raw_path.decode()
        answer, headers = self._line.ask(request.method, path, request.headers, request.read(), request.extensions)
        return httpx.Response(answer.status, headers=headers, content=answer.body)

    def close(self) -> None:
        """Let go of the connections."""
        self._line.close()


def prefix_of(url: str) -> str:
    """Give the path under which a vendor's API lies, without a slash at its end."""
    return urlsplit(url).path.rstrip("/")
