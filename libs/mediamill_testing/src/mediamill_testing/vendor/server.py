"""``python -m mediamill_testing.vendor.server --port N``: sells predictions that take as long as their input says."""

from __future__ import annotations

import argparse
import socket
import sys
import threading

import uvicorn

from mediamill_testing.vendor.api import Api, Moment
from mediamill_testing.vendor.bill import Bill
from mediamill_testing.vendor.faults import Faults

BACKLOG = 1024


class VendorServer:
    """A vendor in a thread of this process."""

    def __init__(self, moment: Moment | None = None, port: int = 0) -> None:
        self._socket = socket.create_server(("127.0.0.1", port), backlog=BACKLOG)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.bill, self.faults = Bill(), Faults()
        self.api = Api(self.url, self.bill, self.faults, moment)
        config = uvicorn.Config(
            self.api, log_level="warning", lifespan="off", access_log=False, timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="vendor", daemon=True)

    def start(self) -> VendorServer:
        """Open the shop."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Close it."""
        self._server.should_exit = True
        self._thread.join(5)
        self._socket.close()

    def serve(self) -> None:
        """Serve in this thread until killed."""
        self._server.run([self._socket])


def main() -> int:
    """Sell until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    VendorServer(port=parser.parse_args().port).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
