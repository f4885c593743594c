"""A kept connection is used again while it stands, and never after its end."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mediamill_testing.tls import tls_front
from mediamill_vendors.kept import CutOff, Kept, Unreachable


class Echo(http.server.BaseHTTPRequestHandler):
    """Answers with the body and its client's port; hangs up after or amid an answer where the path says so."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/cut":
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Port", str(self.client_address[1]))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.path == "/last"

    def log_message(self, *_: object) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    """Tells when it has hung up."""

    hung_up = threading.Event()

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        self.hung_up.set()


@pytest.fixture
def port() -> Iterator[int]:
    Server.hung_up.clear()
    server = Server(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def posted(kept: Kept, path: str = "/") -> str | None:
    """Post and give the port that it was posted from."""
    return kept.send("POST", path, {}, b"{}").headers.get("x-port")


def test_a_connection_that_stands_is_used_again(port: int) -> None:
    kept = Kept(f"http://127.0.0.1:{port}")

    assert len({posted(kept) for _ in range(5)}) == 1


def test_a_connection_that_was_hung_up_is_not_asked_again(port: int) -> None:
    kept = Kept(f"http://127.0.0.1:{port}")
    first = posted(kept, "/last")
    assert Server.hung_up.wait(10)

    assert posted(kept) != first


def test_what_was_cut_off_is_told_apart_from_what_was_never_asked(port: int) -> None:
    kept = Kept(f"http://127.0.0.1:{port}")

    with pytest.raises(CutOff):
        kept.send("POST", "/cut", {}, b"{}")
    with pytest.raises(Unreachable):
        Kept("http://127.0.0.1:9").send("GET", "/", {}, b"")


def test_a_host_is_believed_by_its_authority_alone(port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with tls_front(tmp_path) as front:
        front.target = port
        stranger = Kept(front.url)
        monkeypatch.setenv("SSL_CERT_FILE", str(front.authority))
        trusting = Kept(front.url)

        answers = {posted(trusting) for _ in range(3)}

        assert len(answers) == 1
        with pytest.raises(Unreachable):
            posted(stranger)
        trusting.close()
