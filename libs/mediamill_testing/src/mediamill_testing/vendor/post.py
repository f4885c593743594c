"""Posts over kept connections by hand: a vendor that sends thousands of webhooks must not take the machine for it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

TIMEOUT_S = 10
MOST = 64
"""So many are posted at the same time."""


class _Line(NamedTuple):
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class Poster:
    """Posts to one host after another, each over connections of its own. Plain HTTP, as on loopback."""

    def __init__(self) -> None:
        self._idle: dict[str, list[_Line]] = {}
        self._room = asyncio.Semaphore(MOST)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Post and give the answer's status. Raises ``OSError`` when none came."""
        async with self._room:
            async with asyncio.timeout(TIMEOUT_S):
                return await self._post(url, body, headers)

    async def close(self) -> None:
        """Let go of the connections."""
        for lines in self._idle.values():
            while lines:
                lines.pop().writer.close()

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        parts = urlsplit(url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        head = {"host": parts.netloc, "content-length": str(len(body)), **headers}
        text = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        line = await self._take(parts.netloc)
        try:
            line.writer.write(f"POST {target} HTTP/1.1\r\n{text}\r\n".encode() + body)
            status, is_kept = await _answer(line.reader)
        except BaseException:
            line.writer.close()
            raise
        if is_kept:
            self._idle.setdefault(parts.netloc, []).append(line)
        else:
            line.writer.close()
        return status

    async def _take(self, host: str) -> _Line:
        lines = self._idle.get(host, [])
        while lines:
            line = lines.pop()
            if not line.reader.at_eof() and not line.writer.is_closing():
                return line
            line.writer.close()
        name, _, port = host.partition(":")
        return _Line(*await asyncio.open_connection(name, int(port or 80)))


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """Read an answer to its end and give its status, and whether the connection may be used again."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        status = int(head.split(" ", 2)[1])
        lengths = [line.split(":", 1)[1] for line in head.split("\r\n") if line.startswith("content-length:")]
        if lengths:
            await reader.readexactly(int(lengths[0]))
    except (asyncio.IncompleteReadError, IndexError, ValueError) as error:
        raise ConnectionError("the answer was cut off") from error
    return status, (bool(lengths) or status in {204, 304}) and "connection: close" not in head
