"""What it costs to be watched: three stacks in turn, one told to count and trace nothing, in CPU a job."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from rig.ours import Mediamill
from rig.report import Report
from rig.rounds import QUICK, ROUNDS, Figures, in_turn, spent_ms
from rig.targets import Target, ratio

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

OUT = Path(__file__).parents[2] / "out" / "bench" / "telemetry"
SINGLE, BATCH = (200, 500) if QUICK else (600, 2000)
SCRAPE_S = 5.0
TARGETS = tuple(
    Target(f"{bench}: CPU a job watched, of that unwatched", 1.05, 1.02, ratio(bench, "cpu_ms", "off"))
    for bench in ("one by one", "batch")
)


class Collector:
    """Takes traces and forgets them; its cost is nobody's."""

    def __init__(self) -> None:
        collector = self
        self.received = 0

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                collector.received += len(self.rfile.read(int(self.headers["content-length"])))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Take no more."""
        self._server.shutdown()


@pytest.fixture
def collector() -> Iterator[Collector]:
    running = Collector()
    yield running
    running.close()


@pytest.fixture
def stacks(tmp_path: Path, vendor_url: str, collector: Collector) -> Iterator[list[Mediamill]]:
    traced = {"MEDIAMILL_OTLP_URL": collector.url}
    made = [
        Mediamill(tmp_path, vendor_url, "off", MEDIAMILL_METRICS="0"),
        Mediamill(tmp_path, vendor_url, "metrics"),
        Mediamill(tmp_path, vendor_url, "mediamill", **traced),
    ]
    yield made
    for stack in made:
        stack.close()


def test_what_being_watched_costs(stacks: list[Mediamill], collector: Collector) -> None:
    report = Report(OUT, TARGETS)
    for stack in stacks:
        stack.warm_up()

    for number in range(max(ROUNDS, 3)):
        for stack in in_turn(stacks, number):
            with scraped(stack):
                report.tell("one by one", stack.name, number, one_by_one(stack))
                report.tell("batch", stack.name, number, in_batch(stack))
    sys.stdout.write("\n\n" + report.write())

    assert collector.received > 0


@contextmanager
def scraped(stack: Mediamill) -> Iterator[None]:
    """Read the metrics every few seconds, three times as often as is usual, unless there are none."""
    done = threading.Event()

    def scrape() -> None:
        while not done.wait(SCRAPE_S):
            stack.scrape()

    reader = threading.Thread(target=scrape)
    if stack.name != "off":
        reader.start()
    try:
        yield
    finally:
        done.set()
        if reader.is_alive():
            reader.join()


def one_by_one(stack: Mediamill) -> Figures:
    before = stack.programs.cpu_seconds()
    for _ in range(SINGLE):
        stack.post("noop", {})
    stack.drain()
    return spent_ms(stack, before, SINGLE)


def in_batch(stack: Mediamill) -> Figures:
    before = stack.programs.cpu_seconds()
    for _ in range(BATCH // 500):
        stack.post_many("noop", [{}] * 500)
    stack.drain()
    return spent_ms(stack, before, BATCH)
