"""A receiver of webhooks: a real server on loopback that remembers what it was sent."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from mediamill.clock import monotonic


class Received(NamedTuple):
    """A message as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """The message's id."""
        return self.headers["webhook-id"]

    @property
    def json(self) -> dict[str, Any]:
        """What it says."""
        return dict(json.loads(self.body))


class Receiver:
    """Answers 200, or the statuses of ``answers`` first, after ``hold_s`` seconds."""

    def __init__(self, *answers: int, hold_s: float = 0, location: str = "") -> None:
        self.received: list[Received] = []
        self.answers = list(answers)
        self.released = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.received.append(Received(self.path, headers, body))
                receiver.released.wait(hold_s)
                self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
                if location:
                    self.send_header("Location", location)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                return

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request: Any, client_address: Any) -> None:
                return  # a sender that hung up is what some tests are about

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook?of=mine"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Answer what is held, and end."""
        self.released.set()
        self._server.shutdown()
        self._server.server_close()


def until(look: Callable[[], Any], turn: Callable[[], Any] = lambda: None, patience_s: float = 30) -> Any:
    """Take turns until there is something, and give it. Raises ``TimeoutError``."""
    end = monotonic() + patience_s
    while not (found := look()):
        if monotonic() > end:
            raise TimeoutError(f"nothing came in {patience_s} s")
        turn()
        time.sleep(0.01)
    return found
