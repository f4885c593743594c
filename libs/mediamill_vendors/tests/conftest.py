"""What the tests of vendors stand on: a web server of no vendor."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest

from mediamill_testing.plugin import read_settings_anew


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, dict[str, str]]]:
    """A server that may be fetched from, which answers with the status of its path; and the headers that it adds."""
    headers = dict[str, str]()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302 if self.path == "/again" else int(self.path.strip("/")))
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    monkeypatch.setenv("MEDIAMILL_ALLOW_PRIVATE_URLS", "1")
    read_settings_anew()
    yield f"http://127.0.0.1:{server.server_port}", headers
    server.shutdown()
    server.server_close()
    monkeypatch.undo()
    read_settings_anew()
