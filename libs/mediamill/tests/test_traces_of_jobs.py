"""The spans of jobs over dispatch, runs, waits and deaths: one trace, whoever writes it down."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from mediamill.jobs.states import State
from mediamill.telemetry import traces
from mediamill.telemetry.traces import Kind, Span
from mediamill_testing.harness import Mill
from mediamill_testing.mortals import deliver_and_die
from mediamill_testing.spans import SpanList, kept_spans
from mediamill_testing.vendor.server import VendorServer

GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def kept() -> Iterator[SpanList]:
    with kept_spans() as spans:
        yield spans


def posted(mill: Mill, kind: str, **input: object) -> UUID:
    """Accept a job as a request that is traced would."""
    with traces.first_span("POST /v1/jobs", Kind.SERVER, {}):
        return mill.accept(kind, input)


def one(kept: SpanList, name: str) -> Span:
    (span,) = kept.named(name)
    return span


def test_a_run_is_below_its_hand_over_and_that_below_the_post(mill: Mill, kept: SpanList) -> None:
    job = posted(mill, "test.steps", n=2)
    mill.work_until_idle()

    post, sent, run = one(kept, "POST /v1/jobs"), one(kept, "dispatch test"), one(kept, "run test.steps")
    steps = [span for span in kept.spans if span.name.startswith("step ")]
    assert sent.parent == post.context
    assert run.parent == sent.context
    assert [step.parent for step in steps] == [run.context] * 2
    assert {span.context.trace_id for span in kept.spans} == {post.context.trace_id}
    assert (sent.kind, run.kind) == (Kind.PRODUCER, Kind.CONSUMER)
    assert run.attributes["messaging.message.id"] == str(job)
    assert run.attributes["mediamill.outcome"] == "succeeded"
    assert not run.links


def test_a_job_that_nobody_traced_has_no_spans(mill: Mill, kept: SpanList) -> None:
    mill.accept("test.steps", {"n": 1})
    mill.accept("test.steps", {"n": 1}, traceparent=f"{GIVEN[:-2]}00")
    mill.work_until_idle()

    assert kept.spans == []


def test_a_caller_s_trace_is_kept_for_the_webhooks_where_traces_are_off(mill: Mill) -> None:
    job = mill.accept("test.noop", traceparent=GIVEN)
    mill.work_until_idle()

    assert mill.job(job).traceparent == GIVEN


def test_a_parked_job_goes_on_in_its_trace_with_its_wait_and_a_link(
    mill: Mill, kept: SpanList, vendor: VendorServer
) -> None:
    job = posted(mill, "test.wait", seconds=0.1)
    assert mill.work_until_ended(job) is State.SUCCEEDED

    first, second = kept.named("run test.wait")
    wait = one(kept, "wait prediction")
    told = {event.type: event.at for event in mill.events(job)}
    assert first.attributes["mediamill.outcome"] == "parked"
    assert [(link.context, link.why) for link in second.links] == [(first.context, "waiting prediction")]
    assert second.context.span_id != first.context.span_id
    assert wait.parent == one(kept, "POST /v1/jobs").context
    assert wait.began_ns == int(told["job.waiting"].timestamp() * 1e6) * 1000
    assert wait.ended_ns == int(told["job.woken"].timestamp() * 1e6) * 1000
    assert len({span.context.trace_id for span in kept.spans}) == 1


def test_what_is_asked_of_a_vendor_is_told_without_what_it_is_asked(
    mill: Mill, kept: SpanList, vendor: VendorServer
) -> None:
    mill.work_until_ended(posted(mill, "test.wait", seconds=0.1))

    bought = kept.spans[[span.kind for span in kept.spans].index(Kind.CLIENT)]
    purchase = next(span for span in kept.spans if "gen_ai.request.model" in span.attributes)
    assert bought.parent == purchase.context
    assert bought.name == "POST"
    assert bought.attributes["server.address"] == "127.0.0.1"
    assert purchase.attributes["gen_ai.provider.name"] == "replicate"
    assert purchase.attributes["gen_ai.operation.name"] == "wait"
    assert vendor.api.traced["POST predictions"] == str(bought.context)


def test_a_worker_s_death_is_written_down_and_the_next_run_links_to_it(mill: Mill, kept: SpanList) -> None:
    job = posted(mill, "test.steps", n=2)
    deliver_and_die(mill, 3, "before")
    mill.work_until_idle()

    # The span that the dying thread still ends here is what a killed process never sends.
    _, lost, again = sorted(kept.named("run test.steps"), key=lambda span: (bool(span.links), bool(span.error)))
    assert mill.state_of(job) is State.SUCCEEDED
    assert (lost.error, lost.attributes["mediamill.outcome"]) == ("worker_lost", "lost")
    assert lost.attributes["mediamill.delivery"] == 1
    assert [(link.context, link.why) for link in again.links] == [(lost.context, "handed_back worker_lost")]
    assert again.context.trace_id == lost.context.trace_id
    assert len(kept.named("dispatch test")) == 2


def test_children_belong_to_the_trace_of_their_flow(mill: Mill, kept: SpanList) -> None:
    job = posted(mill, "test.fanout", n=2)
    mill.work_until_ended(job)

    first = kept.named("run test.fanout")[0]
    dispatched = [span for span in kept.named("dispatch test") if span.parent == first.context]
    assert len(dispatched) == 2
    assert [span.parent for span in kept.named("run test.noop")] == [span.context for span in dispatched]
    assert len({span.context.trace_id for span in kept.spans}) == 1


def test_a_failure_is_told_by_its_code(mill: Mill, kept: SpanList) -> None:
    mill.work_until_ended(posted(mill, "test.fail", **{"class": "permanent"}))

    run = one(kept, "run test.fail")
    assert run.attributes["mediamill.outcome"] == "failed"
    assert run.error == mill.job(UUID(str(run.attributes["messaging.message.id"]))).error["code"]
