"""Streams of predictions: logs, outputs, an end, without a key, and the same for whoever comes late."""

from __future__ import annotations

import threading
from typing import Any

import httpx
import pytest
import replicate
from replicate.stream import ServerSentEvent

from mediamill_testing.harness import Mill

STEPS = "mediamill/test-steps"


def told(events: list[ServerSentEvent]) -> list[tuple[str, str]]:
    return [(event.event.value, str(event.data)) for event in events]


def test_a_stream_tells_what_is_logged_and_made_and_ends(client: replicate.Client, working: None) -> None:
    events = list(client.stream(STEPS, input={"n": 2}))

    assert [name for name, _ in told(events)][-2:] == ["output", "done"]
    assert told(events)[-3] == ("logs", "100%|####################| 2/2 step 2\n")
    assert told(events)[-1] == ("done", "{}")
    assert "pids" in str(events[-2])


def test_who_comes_late_is_told_all_and_who_comes_back_the_rest_without_a_key(
    client: replicate.Client, mill: Mill
) -> None:
    prediction = client.models.predictions.create("mediamill/test-keep", input={"text": "a\nb"})
    mill.work_until_idle()

    late = list(prediction.stream())
    stream = (prediction.urls or {})["stream"]
    back = httpx.get(stream, headers={"Last-Event-ID": late[-2].id})

    assert [name for name, _ in told(late)] == ["output", "done"]
    assert httpx.get(str(late[0].data)).status_code == 200
    assert back.headers["content-type"] == "text/event-stream"
    assert [line for line in back.text.splitlines() if line.startswith("event:")] == ["event: done"]


def test_a_stream_goes_on_while_the_prediction_is_made(client: replicate.Client, mill: Mill) -> None:
    prediction = client.models.predictions.create(STEPS, input={"n": 1})
    worker = threading.Timer(0.3, mill.work_until_idle)
    worker.start()

    names = [name for name, _ in told(list(prediction.stream()))]

    worker.join()
    assert names == ["logs", "output", "done"]


def test_a_cancelled_prediction_s_stream_says_so_and_a_failed_one_raises(client: replicate.Client, mill: Mill) -> None:
    canceled = client.models.predictions.create("mediamill/test-noop", input={})
    canceled.cancel()
    failed = client.models.predictions.create("mediamill/test-fail", input={"class": "permanent"})
    mill.work_until_idle()

    assert told(list(canceled.stream())) == [("done", '{"reason": "canceled"}')]
    with pytest.raises(RuntimeError, match="As asked"):
        list(failed.stream())


def test_an_end_that_a_prediction_came_back_from_is_not_told(
    client: replicate.Client, mill: Mill, gateway_url: str, owner: Any
) -> None:
    prediction = client.models.predictions.create("mediamill/test-fail", input={"class": "permanent"})
    mill.work_until_idle()
    httpx.post(f"{gateway_url}/v1/jobs/{prediction.id}/retry", headers=owner.headers).raise_for_status()
    prediction.cancel()

    assert told(list(prediction.stream())) == [("done", '{"reason": "canceled"}')]


@pytest.mark.anyio
async def test_the_async_client_streams(client: replicate.Client, working: None) -> None:
    names = [event.event.value async for event in await client.async_stream("mediamill/test-noop", input={})]

    assert names == ["output", "done"]


def test_an_address_that_was_changed_opens_nothing(client: replicate.Client) -> None:
    prediction = client.models.predictions.create("mediamill/test-noop", input={})
    stream = (prediction.urls or {})["stream"]

    answer = httpx.get(stream[:-1] + ("0" if stream[-1] != "0" else "1"))

    assert (answer.status_code, answer.json()["status"]) == (403, 403)
