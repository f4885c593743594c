"""``python -m gateway --host 127.0.0.1 --port 8080``: one process of the gateway."""

from __future__ import annotations

import argparse
import logging
import os
import signal
from types import FrameType

from gateway.app import create_app
from gateway.server import Server
from mediamill.settings import settings
from mediamill.telemetry.logs import configure_logs
from mediamill.telemetry.traces import close_traces, configure_traces


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m gateway", description="Serve Mediamill's API.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    arguments = parser.parse_args()
    configure_logs("gateway")
    configure_traces("gateway", settings())
    logging.getLogger("alembic").setLevel(logging.WARNING)  # else every look at readiness is two lines
    signal.signal(signal.SIGTERM, _leave)
    Server(create_app(), arguments.host, arguments.port).run()
    close_traces()


def _leave(number: int, frame: FrameType | None) -> None:
    """End at once: uvicorn gives the signal back when all has shut down, and taking Python down takes a second."""
    close_traces()
    logging.shutdown()
    os._exit(os.EX_OK)


if __name__ == "__main__":
    main()
