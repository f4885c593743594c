"""Sends messages in the background: an event loop in a thread of its own, begun with the first message."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import NamedTuple

from sqlalchemy import RowMapping

from conductor.courier.lanes import OVERALL
from conductor.courier.schedule import Outcome
from conductor.courier.send import Message, Sender


class Sent(NamedTuple):
    """A try that has ended."""

    row: RowMapping
    outcome: Outcome


class PostOffice:
    """Takes messages and tells, from its own thread, what came of each."""

    def __init__(self, tell: Callable[[Sent], None], *, private_too: bool, timeout_s: float) -> None:
        self._tell = tell
        self._private_too = private_too
        self._timeout_s = timeout_s
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sender: Sender | None = None
        self._thread: threading.Thread | None = None
        self._open: set[Future[None]] = set()

    def post(self, row: RowMapping, message: Message) -> None:
        """Begin to send a message."""
        future = asyncio.run_coroutine_threadsafe(self._deliver(row, message), self._started())
        self._open.add(future)
        future.add_done_callback(self._open.discard)

    def close(self, grace_s: float) -> None:
        """Wait for what is on its way, for so long; what is cut off is sent again by whoever comes after."""
        if self._loop is None or self._thread is None:
            return
        wait(list(self._open), grace_s)
        for future in list(self._open):
            future.cancel()
        if self._sender is not None:
            asyncio.run_coroutine_threadsafe(self._sender.close(), self._loop).result(grace_s)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(grace_s)

    async def _deliver(self, row: RowMapping, message: Message) -> None:
        if self._sender is None:
            self._sender = Sender(private_too=self._private_too, timeout_s=self._timeout_s)
        self._tell(Sent(row, await self._sender.send(message)))

    def _started(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            # Names are asked for in threads; one that hangs must not keep the others from being asked for.
            self._loop.set_default_executor(ThreadPoolExecutor(OVERALL, thread_name_prefix="courier-names"))
            self._thread = threading.Thread(target=self._loop.run_forever, name="courier-post", daemon=True)
            self._thread.start()
        return self._loop
