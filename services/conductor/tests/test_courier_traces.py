"""A webhook carries the trace of its job to its receiver."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conductor.courier.tick import Courier
from mediamill.jobs.accept import JobWebhook
from mediamill.telemetry.traces import Kind, read
from mediamill_testing.harness import Mill
from mediamill_testing.receiver import Receiver, until
from mediamill_testing.spans import kept_spans
from mediamill_testing.webhooks import run, states

GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.mark.parametrize("answer", [200, 410])
def test_a_webhook_is_a_span_that_its_receiver_continues(
    mill: Mill, courier: Courier, receiver: Callable[..., Receiver], answer: int
) -> None:
    own = receiver(answer)
    with kept_spans() as kept:
        run(mill, webhook=JobWebhook(own.url, ["job.succeeded"], "its lane"), traceparent=GIVEN)
        until(lambda: kept.named("POST webhook"), courier.tick)

    (span,) = kept.named("POST webhook")
    assert own.received[0].headers["traceparent"] == str(span.context)
    assert (span.parent, span.kind) == (read(GIVEN), Kind.CLIENT)
    assert span.attributes["mediamill.event"] == "job.succeeded"
    assert span.attributes["http.response.status_code"] == answer
    assert span.error == (None if answer == 200 else "410")


def test_where_traces_are_off_the_receiver_gets_the_caller_s_trace(
    mill: Mill, courier: Courier, receiver: Callable[..., Receiver]
) -> None:
    own = receiver()
    run(mill, webhook=JobWebhook(own.url, ["job.succeeded"], "its lane"), traceparent=GIVEN)
    until(lambda: states(mill) == {"delivered"}, courier.tick)

    assert own.received[0].headers["traceparent"] == GIVEN


def test_a_job_that_nobody_traced_tells_of_no_trace(
    mill: Mill, courier: Courier, receiver: Callable[..., Receiver]
) -> None:
    own = receiver()
    run(mill, webhook=JobWebhook(own.url, ["job.succeeded"], "its lane"))
    until(lambda: states(mill) == {"delivered"}, courier.tick)

    assert "traceparent" not in own.received[0].headers
