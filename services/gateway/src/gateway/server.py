"""How the application is served: one process, streams that end when it stops."""

from __future__ import annotations

import asyncio
import socket

import uvicorn
from fastapi import FastAPI

from gateway.events.stream import IS_STREAM

GRACE_S = 10
"""What a request may take to end; one that takes longer is cancelled, and its client told to come again."""

LAST_WORDS_S = 2
STREAM_GRACE_S = 0.8
"""What a stream's client may take to read the rest; one that reads slowly, or not at all, is cut and comes back."""

KEEP_ALIVE_S = 75
BACKLOG = 2048


class Server(uvicorn.Server):
    """A server that ends its streams before it waits for its connections to end."""

    def __init__(self, app: FastAPI, host: str, port: int) -> None:
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            loop="uvloop",
            http="httptools",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # URLs are built from the configured public one, and nobody is known by an address
            backlog=BACKLOG,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=GRACE_S + LAST_WORDS_S,
        )
        super().__init__(config)
        self.grace_s: float = GRACE_S
        self._edge = app.state.edge

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop: streams first, whose clients then reconnect elsewhere."""
        self._edge.close_streams()
        hurrying = asyncio.create_task(self._hurry())
        try:
            await super().shutdown(sockets)
        finally:
            hurrying.cancel()

    async def _hurry(self) -> None:
        """End by and by what does not end by itself; uvicorn would do it after it has let go of us."""
        await asyncio.sleep(min(STREAM_GRACE_S, self.grace_s))
        for connection in list(self.server_state.connections):
            scope, transport = getattr(connection, "scope", None), getattr(connection, "transport", None)
            if scope and transport and scope["state"].get(IS_STREAM):
                transport.abort()
        await asyncio.sleep(max(0, self.grace_s - STREAM_GRACE_S))
        for task in list(self.server_state.tasks):
            task.cancel()
