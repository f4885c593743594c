"""``python -m mediamill_testing.vendor.server --port N``: sells predictions that take as long as they are told to."""

from __future__ import annotations

import argparse
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from mediamill.clock import monotonic
from mediamill.ids import uuid7


class Bill:
    """Every prediction that was sold, with its key and when it is done."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sold: dict[str, tuple[str, float]] = {}

    def sell(self, key: str, seconds: float) -> str:
        """Sell a prediction; the same key buys another one, as at a vendor that knows no idempotency."""
        prediction = str(uuid7())
        with self._lock:
            self._sold[prediction] = (key, monotonic() + seconds)
        return prediction

    def ids(self, key: str | None) -> list[str]:
        """Give what was sold, or what was sold to one key."""
        with self._lock:
            return [found for found, (owner, _) in self._sold.items() if key in (None, owner)]

    def keys(self) -> list[str]:
        """Give the key of every sale."""
        with self._lock:
            return [key for key, _ in self._sold.values()]

    def status(self, prediction: str) -> str | None:
        """Give the status of a prediction."""
        with self._lock:
            sold = self._sold.get(prediction)
        if sold is None:
            return None
        return "succeeded" if monotonic() >= sold[1] else "processing"


class Counter(BaseHTTPRequestHandler):
    """Answers one connection."""

    bill: Bill
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Sell."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(201, {"id": self._sell(body["key"], float(body["seconds"]))})

    def do_GET(self) -> None:
        """Show the bill or a prediction."""
        url = urlsplit(self.path)
        parts = url.path.strip("/").split("/")
        if len(parts) == 1:
            key = parse_qs(url.query).get("key", [None])[0]
            self._answer(200, {"ids": self.bill.ids(key)})
            return
        status = self.bill.status(parts[1])
        self._answer(200 if status else 404, {"id": parts[1], "status": status})

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent."""

    def _sell(self, key: str, seconds: float) -> str:
        return self.bill.sell(key, seconds)

    def _answer(self, status: int, body: dict[str, object]) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


def make_server(port: int) -> ThreadingHTTPServer:
    """Make a vendor on loopback with a bill of its own."""
    counter = type("Counter", (Counter,), {"bill": Bill()})
    return ThreadingHTTPServer(("127.0.0.1", port), counter)


def main() -> int:
    """Sell until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    make_server(parser.parse_args().port).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
