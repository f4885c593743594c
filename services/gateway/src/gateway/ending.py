"""How what runs in the background ends when the gateway stops."""

from __future__ import annotations

import asyncio
from contextlib import suppress

LAST_LOOK_S = 2.0
"""A session that is given up while it opens stays with the database for a minute, so a look may end in peace."""


async def end_in_peace(task: asyncio.Task[None]) -> None:
    """Await a task that is about to end, and stop it if it takes too long."""
    await asyncio.wait({task}, timeout=LAST_LOOK_S)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
