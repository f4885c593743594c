"""One connection to an event stream, by hand: cheap, and it can be cut in the middle of anything."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import NamedTuple

_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of no seconds: closing resets the connection."""


class Told(NamedTuple):
    """One event as it came; the fields are still bytes."""

    id: bytes
    event: bytes
    data: bytes


class Wire(asyncio.Protocol):
    """Reads one answer of HTTP/1.1 and gives its events; after ``most`` bytes it hears no more and hangs up."""

    def __init__(self, request: bytes, most: int, tell: Callable[[Told], None], name: Callable[[bytes], None]) -> None:
        self._request = request
        self._most = most
        self._tell = tell
        self._name = name
        self._raw = bytearray()
        self._text = bytearray()
        self._left = 0
        self.status = 0
        self.begun = asyncio.Event()
        self.closed = asyncio.Event()
        self.has_ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that it is over."""
        self.begun.set()
        self.closed.set()

    def data_received(self, data: bytes) -> None:
        """Take what came, but no more than was wanted."""
        self._raw += data[: self._most]
        self._most -= len(data)
        if self.status or self._read_head():
            self._read_chunks()
            self._read_events()
        if self._most <= 0 or self.has_ended:
            self.reset()

    def reset(self) -> None:
        """Cut the connection as a broken network does."""
        if (plug := self._transport.get_extra_info("socket")) is not None:
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._transport.abort()

    def close(self) -> None:
        """Hang up in good order."""
        self._transport.close()

    def _read_head(self) -> bool:
        head, found, rest = bytes(self._raw).partition(b"\r\n\r\n")
        if not found:
            return False
        self.status = int(head.split(b" ", 2)[1])
        self._raw = bytearray(b"\r\n" + rest)
        self.begun.set()
        self.has_ended = b"transfer-encoding: chunked" not in head.lower()
        return not self.has_ended

    def _read_chunks(self) -> None:
        while self._raw and not self.has_ended:
            if not self._left:
                size, found, rest = bytes(self._raw[2:]).partition(b"\r\n")
                if not found:
                    return
                self._left, self._raw = int(size, 16), bytearray(rest)
                self.has_ended = not self._left
            self._text += self._raw[: self._left]
            taken = min(self._left, len(self._raw))
            self._left -= taken
            del self._raw[:taken]
            if self._left:
                return

    def _read_events(self) -> None:
        *blocks, rest = bytes(self._text).split(b"\n\n")
        self._text = bytearray(rest)
        for block in blocks:
            fields = dict(line.split(b": ", 1) for line in block.split(b"\n") if b": " in line and line[0] != 58)
            if b"id" in fields:
                self._name(fields[b"id"])
            if b"data" in fields:
                self._tell(Told(fields[b"id"], fields[b"event"], fields[b"data"]))
