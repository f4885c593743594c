"""A store's files for routes, which must not block."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from mediamill.assets.store import Store


@asynccontextmanager
async def lent(store: Store, sha256: str) -> AsyncIterator[Path]:
    """Give a local, read-only file with these bytes for the length of the block. Raises ``NotFound``."""
    lending = store.lend(sha256)
    path = await asyncio.to_thread(lending.__enter__)
    try:
        yield path
    finally:
        await asyncio.to_thread(lending.__exit__, None, None, None)


async def opened(store: Store, sha256: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
    """Give bytes piece by piece, from ``start`` up to and without ``end``. Raises ``NotFound`` before the first."""
    pieces = await asyncio.to_thread(store.pieces, sha256, start, end)

    async def read() -> AsyncIterator[bytes]:
        while piece := await asyncio.to_thread(next, pieces, b""):
            yield piece

    return read()
