"""``python -m gateway --host 127.0.0.1 --port 8080``: one process of the gateway."""

from __future__ import annotations

import argparse
import logging
import socket

import uvicorn

from gateway.app import create_app
from gateway.edge import Edge
from mediamill.telemetry.logs import configure_logs

GRACE_S = 10
BACKLOG = 2048


class Server(uvicorn.Server):
    """A server that ends its streams before it waits for its connections to end."""

    def __init__(self, config: uvicorn.Config, edge: Edge) -> None:
        super().__init__(config)
        self._edge = edge

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop: streams first, whose clients then reconnect elsewhere."""
        self._edge.close_streams()
        await super().shutdown(sockets)


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m gateway", description="Serve Mediamill's API.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    arguments = parser.parse_args()
    configure_logs("gateway")
    logging.getLogger("uvicorn.access").disabled = True
    app = create_app()
    config = uvicorn.Config(
        app,
        host=arguments.host,
        port=arguments.port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=GRACE_S,
    )
    Server(config, app.state.edge).run()


if __name__ == "__main__":
    main()
