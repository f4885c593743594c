"""``python -m gateway --host 127.0.0.1 --port 8080``: one process of the gateway."""

from __future__ import annotations

import argparse

from gateway.app import create_app
from gateway.server import Server
from mediamill.telemetry.logs import configure_logs


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m gateway", description="Serve Mediamill's API.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    arguments = parser.parse_args()
    configure_logs("gateway")
    Server(create_app(), arguments.host, arguments.port).run()


if __name__ == "__main__":
    main()
