"""Spans by themselves: how a trace is read, continued and sent, and that nothing of it exists where it is off."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from mediamill.errors import Permanent
from mediamill.handlers.parked import Left
from mediamill.telemetry import traces
from mediamill.telemetry.otlp import Otlp, endpoint
from mediamill.telemetry.traces import UNTRACED, Context, Kind, Link
from mediamill_testing.spans import SpanList, collecting, kept_spans

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GIVEN = f"00-{TRACE}-{PARENT}-03"


@pytest.fixture
def kept() -> Iterator[SpanList]:
    with kept_spans() as spans:
        yield spans


def test_a_traceparent_is_continued_with_its_flags(kept: SpanList) -> None:
    with traces.span_below(traces.read(GIVEN), "POST", Kind.SERVER, {}):
        below = traces.header()

    (span,) = kept.spans
    assert below == str(span.context)
    assert below == f"00-{TRACE}-{span.context.span_id:016x}-03"
    assert span.parent == Context(int(TRACE, 16), int(PARENT, 16), 3)


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        "",
        "nonsense",
        f"00-{TRACE}-{PARENT}",
        f"ff-{TRACE}-{PARENT}-01",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE}-{PARENT}-01-more",
        f"00-{TRACE.upper()}-{PARENT}-01",
        f"01-{TRACE}-{PARENT}-01-{'x' * 200}",
    ],
)
def test_what_is_no_traceparent_is_as_if_there_were_none(wrong: str | None) -> None:
    assert traces.read(wrong) is None
    assert traces.well_formed(wrong) is None


def test_a_later_version_is_read_as_far_as_it_is_known() -> None:
    assert traces.well_formed(f"01-{TRACE}-{PARENT}-01-more") == f"00-{TRACE}-{PARENT}-01"


def test_what_the_caller_does_not_sample_has_no_span(kept: SpanList) -> None:
    begun = traces.span_below(traces.read(f"00-{TRACE}-{PARENT}-00"), "POST", Kind.SERVER, {})

    assert begun is UNTRACED
    with begun:
        assert traces.header() is None
    assert kept.spans == []


def test_spans_nest_and_what_is_called_gets_the_innermost(kept: SpanList) -> None:
    with traces.first_span("outer", Kind.SERVER, {}), traces.span("inner", Kind.CLIENT, {"a": 1}):
        sent = traces.outgoing()

    inner, outer = kept.spans
    assert (inner.name, outer.name) == ("inner", "outer")
    assert inner.parent == outer.context
    assert outer.parent is None
    assert sent == {"traceparent": str(inner.context)}
    assert traces.outgoing() == {}


def test_an_error_is_told_by_its_code_and_never_by_its_text(kept: SpanList) -> None:
    with pytest.raises(Permanent), traces.first_span("step", Kind.INTERNAL, {}):
        raise Permanent("a prompt about my secret plans")
    with pytest.raises(ZeroDivisionError), traces.first_span("step", Kind.INTERNAL, {}):
        raise ZeroDivisionError("a prompt")

    assert [span.error for span in kept.spans] == [Permanent.code, "ZeroDivisionError"]
    assert "prompt" not in repr([span.attributes for span in kept.spans])


def test_leaving_a_slot_is_no_error(kept: SpanList) -> None:
    with pytest.raises(Left), traces.first_span("run", Kind.CONSUMER, {}):
        raise Left

    assert kept.spans[0].error is None


def test_spans_reach_a_collector_with_all_that_they_say() -> None:
    with collecting() as collector:
        sink = Otlp("tests", collector.url)
        traces.send_to(sink)
        linked = Context(int(TRACE, 16), 7, 1)
        begun = traces.span_below(traces.read(GIVEN), "run", Kind.CONSUMER, {"n": 2}, links=[Link(linked, "lost")])
        begun.fail("worker_lost")
        begun.end()
        traces.close_traces()

        (span,) = collector.spans

    assert (span.service, span.name, span.trace_id, span.parent_id) == ("mediamill-tests", "run", TRACE, PARENT)
    assert span.links == (("0000000000000007", "lost"),)
    assert span.attributes == {"n": 2, "error.type": "worker_lost"}
    assert span.error == "worker_lost"
    assert span.kind == Kind.CONSUMER + 1  # OTLP numbers from an unspecified kind on
    assert 0 < span.began_ns <= span.ended_ns
    assert not traces.is_on()


def test_a_collector_that_is_away_keeps_nobody_from_ending() -> None:
    traces.send_to(Otlp("tests", "http://127.0.0.1:9"))
    traces.first_span("lost", Kind.INTERNAL, {}).end()

    traces.close_traces()  # joins for CLOSING_S at most; the time-out of the test is the judge

    assert not traces.is_on()


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("http://collector:4318", "http://collector:4318/v1/traces"),
        ("http://collector:4318/", "http://collector:4318/v1/traces"),
        ("https://example.org/otlp/v1/traces", "https://example.org/otlp/v1/traces"),
    ],
)
def test_a_collector_s_address_needs_no_path(url: str, where: str) -> None:
    assert endpoint(url) == where


def test_where_traces_are_off_nothing_of_the_sdk_is_imported() -> None:
    # redis-py imports the SDK's metrics whenever they are installed; that is theirs, and none of the rest.
    code = """
import sys
UNWANTED = ("opentelemetry.sdk.trace", "opentelemetry.exporter", "google.protobuf")
import mediamill.handlers.worker, conductor.__main__, gateway.app
from mediamill.settings import Settings
from mediamill.telemetry.traces import configure_traces, span, UNTRACED
configure_traces("worker", Settings())
assert span("step") is UNTRACED
print([name for name in sys.modules if name.startswith(UNWANTED)])
"""

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)

    assert told.stdout.strip() == "[]"
