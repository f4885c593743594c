"""Files named by a URL: fetched whole, through redirects, within a time; never from where only we may look."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from gateway.compat import fetching
from mediamill.settings import Settings

pytestmark = pytest.mark.anyio


class Files(BaseHTTPRequestHandler):
    """A server of one file, of ways to it, and of bad manners."""

    def do_GET(self) -> None:
        match self.path:
            case "/file":
                self._answer(200, {"Content-Type": "image/png; q=1"}, b"the file")
            case "/there":
                self._answer(302, {"Location": "/file"}, b"")
            case "/round":
                self._answer(302, {"Location": "/round"}, b"")
            case "/slow":
                self._answer(200, {"Content-Length": "1000"}, b"")
                time.sleep(2)
            case _:
                self._answer(404, {}, b"")

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


@pytest.fixture
def files() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


async def fetch(url: str, *, private_too: bool = True) -> tuple[str, bytes]:
    async with fetching.fetching(Settings(allow_private_urls=private_too), url) as file:
        return file.media_type, b"".join([piece async for piece in file.pieces])


async def test_a_file_is_fetched_whole_and_through_a_redirect(files: str) -> None:
    found = [await fetch(f"{files}{path}") for path in ("/file", "/there")]

    assert found == [("image/png", b"the file")] * 2


@pytest.mark.parametrize(("path", "why"), [("/round", "too often"), ("/none", "404")])
async def test_what_is_no_file_is_refused_with_the_reason(files: str, path: str, why: str) -> None:
    with pytest.raises(fetching.CannotFetch, match=why):
        await fetch(files + path)


async def test_a_server_that_dawdles_is_left(files: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "PATIENCE_S", 0.3)

    with pytest.raises(fetching.CannotFetch, match="not here after"):
        await fetch(f"{files}/slow")


async def test_a_server_among_ourselves_is_never_asked(files: str) -> None:
    with pytest.raises(fetching.CannotFetch, match="public internet"):
        await fetch(f"{files}/file", private_too=False)
