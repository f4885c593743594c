"""A client that is cut again and again, comes back behind its last event, and keeps what it was told in order."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus

from mediamill.clock import monotonic
from mediamill_testing.swarm.wire import Told, Wire

Fact = tuple[str, int]
"""A job and the number of its event."""

_CUT_EARLY = 0.05
"""How many connections may be cut before the answer begins; more would only keep the gateway from answering at all."""

_ANSWER_S = 60.0
"""How long an answer may take to begin; who waited longer asks again, and says so."""

_PAUSE_S = 0.5
_AGAIN = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}


@dataclass
class Cuts:
    """How long a connection lives: seconds from the answer on, and bytes, each drawn anew from zero to these.

    Nobody is cut more often than ``times``, so that a slow machine has no more to do than a fast one.
    """

    seconds: float
    bytes: int
    times: int


@dataclass
class Client:
    """One client of ``path``, of a gateway that is drawn anew for each connection."""

    ports: Sequence[int]
    path: str
    key: str
    chance: random.Random
    cuts: Cuts | None = None
    last_id: str = ""
    hear: Callable[[Fact, float], None] | None = None
    """Is told of each event, and when the connection was begun that brought it."""
    seen: list[Fact] = field(default_factory=list)
    connections: int = 0
    unanswered: int = 0
    began: float = 0
    refusals: list[int] = field(default_factory=list)
    is_over: bool = False
    is_attached: bool = False

    def __post_init__(self) -> None:
        self.first_id = self.last_id

    async def run(self) -> None:
        """Listen until the stream has ended for good; a tenant's never does, so cancel it."""
        while not self.is_over:
            with suppress(OSError):
                await self._listen()
            await asyncio.sleep(self.chance.uniform(0, _PAUSE_S))

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        cuts = self.cuts if self.cuts is not None and self.connections < self.cuts.times else None
        most = self.chance.randrange(cuts.bytes) if cuts is not None else 2**62
        port = self.chance.choice(self.ports)
        request = self._request(port)
        self.began = monotonic()
        _, wire = await loop.create_connection(lambda: Wire(request, most, self._tell, self._name), "127.0.0.1", port)
        self.connections += 1
        try:
            if cuts is None or self.chance.random() > _CUT_EARLY:
                await self._answer(wire)
            async with asyncio.timeout(None if cuts is None else self.chance.uniform(0, cuts.seconds)):
                await wire.closed.wait()
        except TimeoutError:
            self.chance.choice([wire.close, wire.reset])()
        await self._judge(wire.status)

    async def _answer(self, wire: Wire) -> None:
        try:
            async with asyncio.timeout(_ANSWER_S):
                await wire.begun.wait()
        except TimeoutError:
            self.unanswered += 1
            raise

    async def _judge(self, status: int) -> None:
        if status == HTTPStatus.NO_CONTENT:
            self.is_over = True
        elif status in _AGAIN:
            await asyncio.sleep(0.2)
        elif status and status != HTTPStatus.OK:
            self.refusals.append(status)
            self.is_over = True

    def _request(self, port: int) -> bytes:
        lines = [
            f"GET {self.path} HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            f"Authorization: Bearer {self.key}",
            "Accept: text/event-stream",
            *([f"Last-Event-ID: {self.last_id}"] if self.last_id else []),
        ]
        return "\r\n".join([*lines, "", ""]).encode()

    def _name(self, id: bytes) -> None:
        self.is_attached = True
        self.last_id = id.decode()

    def _tell(self, told: Told) -> None:
        data = json.loads(told.data)
        fact = (data["job_id"], data["seq"])
        self.seen.append(fact)
        if self.hear is not None:
            self.hear(fact, self.began)
