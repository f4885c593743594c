"""A few pages that operators' machines read, served by a thread of a process that serves nothing else."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import urlsplit

log = logging.getLogger(__name__)

READ_S = 10.0
"""A client that takes longer to say what it wants is left."""

JSON = "application/json"


class Page(NamedTuple):
    """An answer."""

    body: bytes
    type: str = JSON
    status: HTTPStatus = HTTPStatus.OK

    @classmethod
    def of(cls, value: Any, status: HTTPStatus = HTTPStatus.OK) -> Page:
        """Write a value as JSON."""
        return cls(json.dumps(value).encode(), status=status)


Read = Callable[[str], Page | None]
"""Gives the page of a path, or ``None`` where there is none."""


class Pages:
    """The pages of a process, by the beginnings of their paths."""

    def __init__(self, routes: Mapping[str, Read]) -> None:
        self._routes = routes
        self._server: ThreadingHTTPServer | None = None

    @property
    def port(self) -> int | None:
        """Where they are served, if they are."""
        return self._server.server_port if self._server is not None else None

    def serve(self, host: str, port: int) -> None:
        """Serve in the background; 0 takes any free port. One that is taken is told of, and then nothing is served.

        Whoever works does so without being watched, rather than not at all.
        """
        try:
            server = _Server((host, port), _handler(self._routes))
        except OSError as error:
            log.warning("no metrics are served on %s:%d: %s", host, port, error.strerror)
            return
        self._server = server
        threading.Thread(target=server.serve_forever, name="pages", daemon=True).start()

    def close(self) -> None:
        """Serve no more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False


def _handler(routes: Mapping[str, Read]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = READ_S

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            read = next((read for beginning, read in routes.items() if path.startswith(beginning)), None)
            try:
                page = read(path) if read is not None else None
            except Exception:
                log.exception("a page could not be read")
                page = Page.of({"status": "broken"}, HTTPStatus.INTERNAL_SERVER_ERROR)
            self._answer(page or Page.of({"status": "not found"}, HTTPStatus.NOT_FOUND))

        def _answer(self, page: Page) -> None:
            self.send_response(page.status)
            self.send_header("Content-Type", page.type)
            self.send_header("Content-Length", str(len(page.body)))
            self.end_headers()
            self.wfile.write(page.body)

        def log_message(self, format: str, *args: Any) -> None:
            log.debug(format, *args)

    return Handler
