"""How the application is served: one process, streams that end when it stops."""

from __future__ import annotations

import asyncio
import socket

import uvicorn
from fastapi import FastAPI

from gateway.events.stream import IS_STREAM

GRACE_S = 10
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
            backlog=BACKLOG,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=GRACE_S,
        )
        super().__init__(config)
        self._edge = app.state.edge

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop: streams first, whose clients then reconnect elsewhere."""
        self._edge.close_streams()
        cutting = asyncio.create_task(self._cut_streams())
        try:
            await super().shutdown(sockets)
        finally:
            cutting.cancel()

    async def _cut_streams(self) -> None:
        await asyncio.sleep(STREAM_GRACE_S)
        for connection in list(self.server_state.connections):
            scope, transport = getattr(connection, "scope", None), getattr(connection, "transport", None)
            if scope and transport and scope["state"].get(IS_STREAM):
                transport.abort()
