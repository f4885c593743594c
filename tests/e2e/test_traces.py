"""One trace from the POST to the webhook, over processes of their own, a death in the middle and a wait."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from mediamill_testing.receiver import Receiver
from mediamill_testing.spans import SeenSpan, collecting
from mediamill_testing.stacks import Stack, running_stack, until
from mediamill_testing.waits import end_predictions, set_faults

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


class Story(NamedTuple):
    """A job whose worker was killed after it had bought, and that another went on with."""

    stack: Stack
    job: str
    spans: list[SeenSpan]
    received: Receiver

    def one(self, name: str) -> SeenSpan:
        """Give the only span of a name."""
        (span,) = self.named(name)
        return span

    def named(self, name: str) -> list[SeenSpan]:
        """Give the spans of a name, in the order of their beginning."""
        return [span for span in self.spans if span.name == name]


HOOK = "POST /hooks/{vendor}/{token}"
MOST_WITH_TRACES_KB = 220 * 1024
"""A worker has 200 MB; what sends spans is some 12 MB of it, and there only where traces are on."""


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    receiver = Receiver()
    with collecting() as collector:
        settings = {"MEDIAMILL_OTLP_URL": collector.url, "MEDIAMILL_ALLOW_PRIVATE_URLS": "1"}
        with running_stack(tmp_path_factory.mktemp("traced"), **settings) as stack:
            with stack.another_worker() as other:
                until(lambda: stack.is_registered(other.pid), 90)
                job = bought_and_killed(stack, receiver)
                spans = collector.until(is_told)
            yield Story(stack, job, spans, receiver)
    receiver.close()


def bought_and_killed(stack: Stack, receiver: Receiver) -> str:
    """Kill the worker that waits for the answer to a purchase; the other goes on and parks. See it to its webhook."""
    set_faults(stack, slow_s=5)
    body = {
        "kind": "test.wait",
        "input": {"seconds": 600},
        "webhook": {"url": receiver.url, "events": ["job.succeeded"]},
    }
    with stack.client() as client:
        posted = client.post("/v1/jobs", json=body, headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})
    job = str(posted.json()["id"])
    until(lambda: stack.sql("SELECT 1 FROM predictions WHERE job_id = %(id)s", id=job))
    holder = "SELECT pid FROM leases JOIN workers ON workers.id = worker_id WHERE job_id = %(id)s"
    os.kill(stack.sql(holder, id=job)[0]["pid"], signal.SIGKILL)
    set_faults(stack, slow_s=0)
    until(lambda: stack.job(job)["state"] == "waiting", 90)
    # The adopted prediction is looked at soon, which may be before the vendor tells of it.
    stack.sql("UPDATE predictions SET next_at = now() + interval '1 h' WHERE job_id = %(id)s", id=job)
    end_predictions(stack)
    done = stack.ended(job, 90)
    assert (done["state"], done["crashes"]) == ("succeeded", 1)
    until(lambda: receiver.received)
    return job


def is_told(spans: Sequence[SeenSpan]) -> bool:
    """Tell whether the last that happens was told, and all before it."""
    names = [span.name for span in spans]
    return {"POST webhook", HOOK} <= set(names) and names.count("run test.wait") >= 3


def test_everything_is_in_the_trace_that_the_caller_began(story: Story) -> None:
    assert {span.trace_id for span in story.spans} == {TRACE}
    assert {span.service for span in story.spans} == {"mediamill-gateway", "mediamill-conductor", "mediamill-worker"}
    known = {span.span_id for span in story.spans} | {PARENT}
    assert [span.name for span in story.spans if span.parent_id not in known] == []


def test_the_killed_worker_s_run_is_there_and_the_next_one_links_to_it(story: Story) -> None:
    lost, parked, ended = story.named("run test.wait")

    assert (lost.service, lost.error) == ("mediamill-conductor", "worker_lost")
    assert parked.links == ((lost.span_id, "handed_back worker_lost"),)
    assert parked.attributes["mediamill.outcome"] == "parked"
    assert ended.links == ((parked.span_id, "waiting prediction"),)
    assert ended.attributes["mediamill.outcome"] == "succeeded"
    dispatched = {span.span_id: span for span in story.named("dispatch test")}
    assert {lost.parent_id, parked.parent_id, ended.parent_id} <= set(dispatched)
    assert {span.parent_id for span in dispatched.values()} == {story.one("POST /v1/jobs").span_id}


def test_the_vendor_and_the_receiver_are_in_it_too(story: Story) -> None:
    _, parked, _ = story.named("run test.wait")
    hook, webhook = story.one(HOOK), story.one("POST webhook")

    assert hook.parent_id == parked.span_id
    assert hook.attributes["mediamill.woken"] is True
    assert story.received.received[0].headers["traceparent"] == f"00-{TRACE}-{webhook.span_id}-01"
    wait = story.one("wait prediction")
    assert parked.began_ns < wait.ended_ns <= story.named("run test.wait")[2].began_ns


def test_a_worker_that_traces_keeps_within_its_memory(story: Story) -> None:
    status = Path(f"/proc/{story.stack.worker_pid()}/status").read_text("ascii")
    rss_kb = int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])

    assert rss_kb < MOST_WITH_TRACES_KB


def test_the_story_is_told_from_the_database_alone(story: Story) -> None:
    told = json.loads(story.stack.mill("jobs", "trace", story.job, "--json").stdout)["job"]

    assert told["trace_id"] == TRACE
    assert [one["why"] for one in told["stretches"] if one["what"] == "run"] == [
        "lost with its worker",
        "parked",
        "succeeded",
    ]
    assert [(hook["event"], hook["state"]) for hook in told["webhooks"]] == [("job.succeeded", "delivered")]
