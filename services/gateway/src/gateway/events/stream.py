"""Server-sent events to one client: what the log holds behind its last event, then what comes, no gap and no repeat.

A stream knows only its position. It holds no database connection, and no more bytes than the client has room for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

from fastapi import Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Receive, Scope, Send

from gateway.events import positions
from gateway.events.feed import UNKNOWN, Chunk, Ear, Feed
from gateway.events.newsroom import HEARTBEAT_S, Newsroom
from mediamill.clock import monotonic
from mediamill.events.queries import Position, Source
from mediamill.telemetry import metrics
from mediamill.telemetry.meters import count

STREAM = "text/event-stream"
OPENING = b"retry: 1000\n"
HEARTBEAT = b": still here\n\n"

UNBUFFERED = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""Headers of an answer that goes on and that nobody in between may keep."""

IS_STREAM = "mediamill.is_stream"
"""Marks the state of a request that is answered with a stream: its client comes back, so the server may cut it."""

log = logging.getLogger(__name__)


def let_cut(scope: Scope) -> None:
    """Let a stopping server cut the answer to a request."""
    scope.setdefault("state", {})[IS_STREAM] = True


class EventStream(Response):
    """A source's events behind a position; a job's stream ends with the job."""

    media_type = STREAM

    def __init__(self, newsroom: Newsroom, source: Source, after: Position) -> None:
        super().__init__(headers=UNBUFFERED)
        del self.headers["content-length"]
        self._newsroom = newsroom
        self._source = source
        self._after = after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the job has ended, the client has hung up or the process ends."""
        let_cut(scope)
        with self._newsroom.joined(self._source) as (feed, ear):
            listening = asyncio.create_task(_listen(receive, ear))
            try:
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                async for body in self._bodies(feed, ear):
                    await send({"type": "http.response.body", "body": body, "more_body": True})
                    count(metrics.SSE_BYTES, len(body))
                    ear.quiet_since = monotonic()
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            finally:
                listening.cancel()

    async def _bodies(self, feed: Feed, ear: Ear) -> AsyncIterator[bytes]:
        yield self._opening()
        while not (ear.has_hung_up or self._newsroom.is_closing):
            ear.rung.clear()
            chunk = await self._next(feed)
            if chunk is not None:
                self._after = chunk.at
                yield chunk.body
                if chunk.is_end:
                    return
            elif self._after < feed.start:
                continue
            elif monotonic() - ear.quiet_since >= HEARTBEAT_S:
                yield HEARTBEAT
            else:
                await ear.rung.wait()

    def _opening(self) -> bytes:
        """Say when to come back, and where a tenant's stream begins, so that one that is cut at once resumes there."""
        if self._source.job_id is not None:
            return OPENING + b"\n"
        return OPENING + f"id: {positions.write(self._after)}\n\n".encode()

    async def _next(self, feed: Feed) -> Chunk | None:
        """Give what comes next; a client that has read to the end of the log goes on where the feed began."""
        start = feed.start
        if self._after >= start:
            return feed.chunk(self._after)
        try:
            found = await self._newsroom.behind(feed, self._after)
        except (SQLAlchemyError, OSError) as error:
            log.warning("a stream waits for the database: %s", type(error).__name__)
            await asyncio.sleep(self._newsroom.poll_s)
            return None
        if found is None and start != UNKNOWN:
            self._after = start  # as it was before the look, when all that comes before it was decided
        return found


async def _listen(receive: Receive, ear: Ear) -> None:
    """Note that the client hung up."""
    while (await receive())["type"] != "http.disconnect":
        pass
    ear.has_hung_up = True
    ear.rung.set()
