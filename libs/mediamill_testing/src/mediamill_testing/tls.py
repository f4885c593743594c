"""TLS before a plain port, for clients that speak nothing else: an authority made for the test, bytes handed on."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import trustme

HOST = "localhost"
_CHUNK = 1 << 16


class TlsFront:
    """Listens on a free port of the loopback; where it leads may be told after it has begun."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.authority = folder / "authority.pem"
        """What clients must trust."""
        authority.cert_pem.write_to_path(self.authority)
        self.port = 0
        self.target = 0
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(HOST, "127.0.0.1").configure_cert(self._context)

    @property
    def url(self) -> str:
        """How it is reached."""
        return f"https://{HOST}:{self.port}"

    async def serve(self, begun: threading.Event, ended: asyncio.Event) -> None:
        """Hand connections on until it is ended."""
        server = await asyncio.start_server(self._hand_on, "127.0.0.1", 0, ssl=self._context)
        self.port = server.sockets[0].getsockname()[1]
        begun.set()
        async with server:
            await ended.wait()

    async def _hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self.target)
        await asyncio.gather(_pour(reader, back), _pour(there, writer))


async def _pour(source: asyncio.StreamReader, into: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await source.read(_CHUNK):
            into.write(chunk)
            await into.drain()
    into.close()


@contextmanager
def tls_front(folder: Path) -> Iterator[TlsFront]:
    """Serve TLS from a thread for the length of the block."""
    front, begun = TlsFront(folder), threading.Event()
    loop, ended = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(front.serve(begun, ended),), daemon=True)
    thread.start()
    if not begun.wait(20):
        raise RuntimeError("the TLS front does not begin")
    yield front
    loop.call_soon_threadsafe(ended.set)
    thread.join(10)
