"""Reading a job's events over connections that break, from a real HTTP server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from mill.api.client import Api
from mill.api.errors import Problem, Unreachable
from mill.api.stream import events, messages
from mill.stack.ports import free_port

LIFE = ["job.queued", "job.started", "job.progress", "job.failed", "job.queued", "job.started", "job.succeeded"]


def _frame(seq: int) -> bytes:
    event = {"seq": seq, "job_id": "j", "type": LIFE[seq - 1], "at": "2026-11-24T12:00:00Z", "data": {}}
    return f"id: {seq}\nevent: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


class _Server(ThreadingHTTPServer):
    """Serves a job's life two events a connection, repeating the last one seen, then breaks off in mid-frame."""

    daemon_threads = True
    resumed_after: list[str | None]


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        if self.path == "/v1/jobs/j":
            ended = self.server.resumed_after[-1] == "6"
            job = {
                "id": "j",
                "kind": "k",
                "state": "succeeded" if ended else "running",
                "created_at": "2026-11-24T12:00Z",
            }
            self._answer(200, "application/json", job)
            return
        if self.path != "/v1/jobs/j/events":
            self._problem()
            return
        last = self.headers["Last-Event-ID"]
        self.server.resumed_after.append(last)
        begin = int(last or 0)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(b"retry: 1000\n\n: still here\n\n")
        for seq in range(max(1, begin), min(len(LIFE), begin + 2) + 1):
            self.wfile.write(_frame(seq))
        if begin + 2 < len(LIFE):
            self.wfile.write(b"id: 99\ndata: {half")

    def _problem(self) -> None:
        told = {"title": "There is nothing here.", "detail": "job x", "status": 404}
        self._answer(404, "application/problem+json", told)

    def _answer(self, status: int, media_type: str, body: dict[str, object]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def server() -> Iterator[_Server]:
    serving = _Server(("127.0.0.1", 0), _Handler)
    serving.resumed_after = []
    thread = threading.Thread(target=serving.serve_forever, args=(0.01,))
    thread.start()
    yield serving
    serving.shutdown()
    thread.join()
    serving.server_close()


@pytest.fixture
def api(server: _Server) -> Iterator[Api]:
    with Api(f"http://127.0.0.1:{server.server_port}", "mm_key") as opened:
        yield opened


def test_each_event_comes_once_and_in_order_through_broken_connections(api: Api, server: _Server) -> None:
    found = list(events(api, "j", pause=lambda _: None))

    assert [event.seq for event in found] == list(range(1, len(LIFE) + 1))
    assert server.resumed_after == [None, "2", "4", "6"]


def test_an_old_failure_of_a_retried_job_is_not_its_end(api: Api) -> None:
    found = list(events(api, "j", pause=lambda _: None))

    assert found[3].type == "job.failed"
    assert found[-1].type == "job.succeeded"


def test_a_stream_of_what_is_not_there_raises_what_the_gateway_says(api: Api) -> None:
    with pytest.raises(Problem, match="job x") as caught:
        list(events(api, "other", pause=lambda _: None))

    assert caught.value.status == 404
    assert caught.value.problem_title == "There is nothing here."


def test_nobody_at_the_url_is_told_with_the_url() -> None:
    url = f"http://127.0.0.1:{free_port()}"

    with Api(url, "mm_key") as api, pytest.raises(Unreachable, match=url):
        api.call("GET", "/v1/jobs")


def test_data_over_several_lines_is_one_message_and_comments_are_none() -> None:
    lines = [": hello", "id: 7", "data: {", "data:}", "", ": bye", "", "data: lost"]

    assert [(message.id, message.data) for message in messages(lines)] == [("7", "{\n}")]
