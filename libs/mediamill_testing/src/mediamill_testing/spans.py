"""Where spans end up in tests: a list in this process, or a collector on loopback that speaks OTLP over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from mediamill.telemetry import traces
from mediamill.telemetry.traces import Span
from mediamill_testing.stacks import until


class SpanList:
    """Keeps the spans of this process."""

    def __init__(self) -> None:
        self.spans: list[Span] = []

    def take(self, span: Span) -> None:
        """Take a span."""
        self.spans.append(span)

    def close(self) -> None:
        """Have nothing left to send."""

    def named(self, name: str) -> list[Span]:
        """Give those of a name, in the order in which they ended."""
        return [span for span in self.spans if span.name == name]


@contextmanager
def kept_spans() -> Iterator[SpanList]:
    """Have this process trace into a list for the length of the block."""
    kept = SpanList()
    traces.send_to(kept)
    try:
        yield kept
    finally:
        traces.send_to(None)


class SeenSpan(NamedTuple):
    """A span as it came over the wire."""

    service: str
    name: str
    kind: int
    trace_id: str
    span_id: str
    parent_id: str
    links: tuple[tuple[str, str], ...]
    """Span ids, each with why."""
    attributes: dict[str, Any]
    error: str | None
    began_ns: int
    ended_ns: int


class Collector:
    """Takes spans on loopback and remembers them."""

    def __init__(self) -> None:
        self._spans: list[SeenSpan] = []
        self._lock = threading.Lock()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                is_ours = self.path == "/v1/traces" and self.headers["content-type"] == "application/x-protobuf"
                if is_ours:
                    collector.take(ExportTraceServiceRequest.FromString(body))
                self.send_response(200 if is_ours else 404)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def take(self, request: ExportTraceServiceRequest) -> None:
        """Remember what was sent."""
        with self._lock:
            for resource in request.resource_spans:
                service = next(a.value.string_value for a in resource.resource.attributes if a.key == "service.name")
                self._spans += [_seen(service, span) for scope in resource.scope_spans for span in scope.spans]

    @property
    def spans(self) -> list[SeenSpan]:
        """Give what was seen so far, in the order of beginning."""
        with self._lock:
            return sorted(self._spans, key=lambda span: span.began_ns)

    def until(self, enough: Callable[[Sequence[SeenSpan]], bool], patience_s: float = 30) -> list[SeenSpan]:
        """Wait until enough was seen, and give it. Raises ``TimeoutError``."""
        return until(lambda: self.spans if enough(self.spans) else None, patience_s)

    def close(self) -> None:
        """End."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def collecting() -> Iterator[Collector]:
    """Have a collector for the length of the block."""
    collector = Collector()
    try:
        yield collector
    finally:
        collector.close()


def _seen(service: str, span: WireSpan) -> SeenSpan:
    return SeenSpan(
        service=service,
        name=span.name,
        kind=span.kind,
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        links=tuple((link.span_id.hex(), _values(link.attributes).get("mediamill.link", "")) for link in span.links),
        attributes=_values(span.attributes),
        error=span.status.message if span.status.code == Status.STATUS_CODE_ERROR else None,
        began_ns=span.start_time_unix_nano,
        ended_ns=span.end_time_unix_nano,
    )


def _values(attributes: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}
