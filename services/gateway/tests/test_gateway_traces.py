"""Where a job's trace begins or is continued: with its POST, and where its vendor tells of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from gateway.app import create_app
from gateway.tracing import Allowance
from mediamill.clock import now
from mediamill.settings import Settings
from mediamill.telemetry.traces import Kind, read
from mediamill.webhooks.signing import signed_headers
from mediamill_testing.front import Caller, asking
from mediamill_testing.harness import Mill, engine_registry
from mediamill_testing.plugin import read_settings_anew
from mediamill_testing.spans import SpanList, kept_spans
from mediamill_testing.vendor.messenger import SECRET
from mediamill_testing.vendor.server import VendorServer

pytestmark = pytest.mark.anyio

GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03"
NOOP = {"kind": "test.noop", "input": {}}


@pytest.fixture
def kept() -> Iterator[SpanList]:
    with kept_spans() as spans:
        yield spans


async def test_a_post_continues_its_caller_s_trace_and_its_job_keeps_the_place(
    client: httpx.AsyncClient, mill: Mill, kept: SpanList
) -> None:
    answer = await client.post("/v1/jobs", json=NOOP, headers={"traceparent": GIVEN})

    (span,) = kept.spans
    assert (span.name, span.kind, span.parent) == ("POST /v1/jobs", Kind.SERVER, read(GIVEN))
    assert span.attributes["http.response.status_code"] == 202
    assert span.attributes["messaging.message.id"] == answer.json()["id"]
    assert mill.job(UUID(answer.json()["id"])).traceparent == str(span.context)


async def test_a_post_without_a_trace_begins_one_also_on_the_long_way_and_in_batches(
    client: httpx.AsyncClient, mill: Mill, kept: SpanList
) -> None:
    long_way = {"Content-Type": "application/json; charset=utf-8"}
    first = await client.post("/v1/jobs", content=json.dumps(NOOP), headers=long_way)
    batch = await client.post("/v1/jobs/batch", json={"jobs": [NOOP, NOOP]})

    single, several = kept.spans
    ids = [UUID(job["id"]) for job in batch.json()["data"]]
    assert (single.name, several.name) == ("POST /v1/jobs", "POST /v1/jobs/batch")
    assert single.context.trace_id != several.context.trace_id
    assert mill.job(UUID(first.json()["id"])).traceparent == str(single.context)
    assert {mill.job(job).traceparent for job in ids} == {str(several.context)}


async def test_a_drop_in_client_s_request_is_traced_too(client: httpx.AsyncClient, mill: Mill, kept: SpanList) -> None:
    answer = await client.post("/replicate/v1/models/mediamill/test-noop/predictions", json={"input": {}})

    assert answer.status_code == 201
    (kept_job,) = mill.db.run(lambda c: c.exec_driver_sql("SELECT traceparent FROM jobs").scalars().all())
    assert kept_job == str(kept.spans[0].context)


async def test_looking_begins_no_trace_and_is_followed_only_for_a_caller_that_traces(
    client: httpx.AsyncClient, kept: SpanList
) -> None:
    await client.get("/v1/jobs")
    assert kept.spans == []

    await client.get("/v1/jobs", headers={"traceparent": GIVEN})
    assert [span.name for span in kept.spans] == ["GET /v1/jobs"]


async def test_under_load_some_requests_begin_a_trace_and_the_others_are_accepted_all_the_same(
    config: Settings, owner: Caller, mill: Mill, kept: SpanList
) -> None:
    app = create_app(config.model_copy(update={"traces_per_s": 0.01}), engine_registry())
    async with asking(app, owner) as client:
        answers = [await client.post("/v1/jobs", json=NOOP) for _ in range(3)]

    traced = [mill.job(UUID(answer.json()["id"])).traceparent for answer in answers]
    assert traced == [str(kept.spans[0].context), None, None]
    assert len(kept.spans) == 1


def test_nothing_begins_where_nothing_may() -> None:
    assert not Allowance(0).take()


async def test_where_traces_are_off_a_caller_s_context_is_kept_as_it_came(
    client: httpx.AsyncClient, mill: Mill
) -> None:
    good = await client.post("/v1/jobs", json=NOOP, headers={"traceparent": GIVEN})
    bad = await client.post("/v1/jobs", json=NOOP, headers={"traceparent": "00-zero-zero-01"})

    assert mill.job(UUID(good.json()["id"])).traceparent == GIVEN
    assert mill.job(UUID(bad.json()["id"])).traceparent is None


def test_what_a_vendor_tells_is_written_down_in_the_job_s_trace(
    serve: Callable[..., Any], vendor: VendorServer, mill: Mill, kept: SpanList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIAMILL_PUBLIC_URL", serve().url)
    read_settings_anew()
    job = mill.accept("test.wait", {"seconds": 60}, traceparent=GIVEN)
    mill.work_until_idle()
    (sale,) = vendor.bill.sales()
    sale.seconds = 0
    body = json.dumps(sale.shown("http://vendor")).encode()
    theirs = "00-11111111111111111111111111111111-2222222222222222-01"

    told = httpx.post(
        str(sale.webhook),
        content=body,
        headers={**signed_headers(SECRET, "msg_1", now(), body), "traceparent": theirs},
    )

    assert told.status_code == 204
    (hook,) = (span for span in kept.spans if span.name == "POST /hooks/{vendor}/{token}")
    (run,) = kept.named("run test.wait")
    assert hook.parent == run.context
    assert hook.attributes["mediamill.woken"] is True
    assert [(link.context, link.why) for link in hook.links] == [(read(theirs), "told by")]
    assert str(job) == hook.attributes["messaging.message.id"]
    assert sale.webhook is not None
    assert sale.webhook.rsplit("/", 1)[1] not in repr([(span.name, span.attributes) for span in kept.spans])
