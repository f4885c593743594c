"""How the application is served: one process, streams that end when it stops."""

from __future__ import annotations

import socket

import uvicorn
from fastapi import FastAPI

GRACE_S = 10
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
        await super().shutdown(sockets)
