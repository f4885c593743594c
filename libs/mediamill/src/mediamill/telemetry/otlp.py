"""Spans by OTLP over HTTP, with OpenTelemetry's own exporter; imported only where traces are on.

Spans are made of what ``traces`` has written down, without the SDK's tracer: it would draw ids of its own, and those of
a run must be known to whoever finds the run's worker dead.
"""

from __future__ import annotations

import logging
import math
import os
import socket
import threading
from importlib.metadata import version
from urllib.parse import urlsplit, urlunsplit

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link as SdkLink
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from mediamill import clock
from mediamill.telemetry.traces import Context, Kind, Link, Span

EVERY_MS = 1000
"""How long a span may wait for others; what a killed process has not sent is lost, and no more than that."""
MOST_WAITING, AT_ONCE = 8192, 512
ANSWER_S = 5
CLOSING_S = 2
SELDOM_S = 60
_PATH = "/v1/traces"
_SPEAKERS = (
    OTLPSpanExporter.__module__,
    "opentelemetry.exporter.otlp.common.http",
    "opentelemetry.sdk._shared_internal",
)

_KINDS = {
    Kind.INTERNAL: SpanKind.INTERNAL,
    Kind.SERVER: SpanKind.SERVER,
    Kind.CLIENT: SpanKind.CLIENT,
    Kind.PRODUCER: SpanKind.PRODUCER,
    Kind.CONSUMER: SpanKind.CONSUMER,
}


class Seldom(logging.Filter):
    """Lets a message pass once a minute: a collector that is away is told of, not thousands of times."""

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether it passes."""
        at = clock.monotonic()
        if at - self._told.get(str(record.msg), -math.inf) < SELDOM_S:
            return False
        self._told[str(record.msg)] = at
        return True


class _OfProcess(Resource):
    """Who sends, looked up as fast as any object: the SDK's would be written out as JSON for every span."""

    __eq__ = object.__eq__
    __hash__ = object.__hash__


class Otlp:
    """Sends spans to a collector in batches, from a thread of its own."""

    def __init__(self, component: str, url: str) -> None:
        known = version("mediamill")
        self._scope = InstrumentationScope("mediamill", known)
        created = Resource.create(
            {
                "service.namespace": "mediamill",
                "service.name": f"mediamill-{component}",
                "service.version": known,
                "service.instance.id": f"{socket.gethostname()}:{os.getpid()}",
            }
        )
        self._resource = _OfProcess(created.attributes, created.schema_url)
        for name in _SPEAKERS:
            logging.getLogger(name).addFilter(Seldom())
        exporter = OTLPSpanExporter(endpoint=endpoint(url), timeout=ANSWER_S)
        self._processor = BatchSpanProcessor(
            exporter, max_queue_size=MOST_WAITING, schedule_delay_millis=EVERY_MS, max_export_batch_size=AT_ONCE
        )

    def take(self, span: Span) -> None:
        """Take a span that has ended."""
        self._processor.on_end(
            ReadableSpan(
                name=span.name,
                context=_known(span.context),
                parent=_known(span.parent) if span.parent is not None else None,
                resource=self._resource,
                attributes=span.attributes,
                links=[_linked(link) for link in span.links],
                kind=_KINDS[span.kind],
                status=Status(StatusCode.ERROR, span.error) if span.error is not None else Status(StatusCode.UNSET),
                start_time=span.began_ns,
                end_time=span.ended_ns,
                instrumentation_scope=self._scope,
            )
        )

    def close(self) -> None:
        """Send what is left; a collector that does not answer keeps nobody from ending."""
        closing = threading.Thread(target=self._shut_down, name="last spans", daemon=True)
        closing.start()
        closing.join(CLOSING_S)

    def _shut_down(self) -> None:
        self._processor.shutdown()  # type: ignore[no-untyped-call]  # it is


def endpoint(url: str) -> str:
    """Give the address that spans are posted to: the collector's, with OTLP's usual path if it has none."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=_PATH)) if parts.path in {"", "/"} else url


def _known(context: Context) -> SpanContext:
    return SpanContext(context.trace_id, context.span_id, is_remote=False, trace_flags=TraceFlags(context.flags))


def _linked(link: Link) -> SdkLink:
    return SdkLink(_known(link.context), {"mediamill.link": link.why})
