"""Requests to one host over kept connections, with no more around them than HTTP needs."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from email.message import Message
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx

from mediamill.clock import monotonic
from mediamill.db.liveness import says_something
from mediamill.telemetry import traces
from mediamill.telemetry.traces import Kind, Value

CONNECT_S = 5.0
ANSWER_S = 30.0
KEPT_S = 30.0
"""A connection that lay idle for longer is not used again."""


class Unreachable(Exception):
    """Nobody was reached, so nothing was asked."""


class CutOff(Exception):
    """Something was asked and nobody knows what came of it."""


class Answer(NamedTuple):
    """What a host answered."""

    status: int
    headers: Message
    """They are got by their names, whatever the case."""
    body: bytes


class _Idle(NamedTuple):
    connection: http.client.HTTPConnection
    since: float


class Kept:
    """The way to a host, for all threads of a process: as many connections as were in use at once."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._host, self._port = parts.hostname or "", parts.port
        self._context = httpx.create_ssl_context() if parts.scheme == "https" else None
        self._idle: list[_Idle] = []

    def send(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, answer_s: float = ANSWER_S
    ) -> Answer:
        """Ask once, and wait ``answer_s`` for each sign of an answer.

        Raises ``Unreachable`` or ``CutOff``; every answer, also a refusal, is given.
        """
        with traces.span(method, Kind.CLIENT, self._facts(method)) as span:
            answer = self._sent(method, path, {**headers, **traces.outgoing()}, body, answer_s)
            span.set({"http.response.status_code": answer.status})
        return answer

    def _facts(self, method: str) -> dict[str, Value]:
        """Say who is asked; not with which path, as some vendors' hold keys."""
        return {"http.request.method": method, "server.address": self._host}

    def _sent(self, method: str, path: str, headers: dict[str, str], body: bytes, answer_s: float) -> Answer:
        connection = self._take() or self._connected()
        try:
            connection.sock.settimeout(answer_s)
            connection.request(method, path, body or None, headers)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        except (http.client.HTTPException, OSError) as error:
            connection.close()
            raise CutOff(type(error).__name__) from error
        if connection.sock is not None:
            self._idle.append(_Idle(connection, monotonic()))
        return answer

    def close(self) -> None:
        """Let go of the connections."""
        while self._idle:
            self._idle.pop().connection.close()

    def _take(self) -> http.client.HTTPConnection | None:
        """Give the connection that was used last, if it still stands."""
        while True:
            try:
                idle = self._idle.pop()
            except IndexError:  # also where another thread was faster
                return None
            if monotonic() - idle.since < KEPT_S and not says_something(idle.connection.sock.fileno()):
                return idle.connection
            idle.connection.close()

    def _connected(self) -> http.client.HTTPConnection:
        try:
            connection = self._made()
            connection.connect()
        except OSError as error:
            raise Unreachable(type(error).__name__) from error
        return connection

    def _made(self) -> http.client.HTTPConnection:
        if self._context is None:
            return http.client.HTTPConnection(self._host, self._port, timeout=CONNECT_S)
        return http.client.HTTPSConnection(self._host, self._port, timeout=CONNECT_S, context=self._context)
