"""fal's API over our jobs: submitted, polled, fetched, cancelled, run, streamed; through the proxy too."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from mediamill.clock import monotonic
from mediamill.webhooks.model import JobWebhook
from mediamill_testing.harness import Mill

pytestmark = pytest.mark.anyio

NOOP = "/fal-queue/mediamill/test-noop"


def key_of(client: httpx.AsyncClient) -> dict[str, str]:
    return {"Authorization": client.headers["Authorization"].replace("Bearer", "Key")}


async def submitted(client: httpx.AsyncClient, app: str = "test-noop", **arguments: Any) -> dict[str, Any]:
    answer = await client.post(f"/fal-queue/mediamill/{app}", json=arguments, headers=key_of(client))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_request_is_submitted_polled_and_fetched(client: httpx.AsyncClient, mill: Mill) -> None:
    made = await submitted(client)
    base = f"{NOOP}/requests/{made['request_id']}"
    queued, early = await client.get(f"{base}/status?logs=false"), await client.get(base)
    await asyncio.to_thread(mill.work_until_idle)
    done = await eventually(client, f"{base}/status?logs=0")
    output = await client.get(base)

    assert (made["status"], made["queue_position"]) == ("IN_QUEUE", 0)
    assert (queued.status_code, queued.json()["status"], queued.json()["queue_position"]) == (202, "IN_QUEUE", 0)
    assert (early.status_code, early.json()) == (400, {"detail": "Request is still in progress"})
    assert (done["status"], done["logs"]) == ("COMPLETED", None)
    assert done["metrics"]["inference_time"] >= 0
    assert "error" not in done
    assert (output.json(), output.headers["x-fal-request-id"]) == ({"done": True}, made["request_id"])


async def test_the_urls_of_a_request_open_it_without_a_key_and_nothing_else(
    client: httpx.AsyncClient, app: FastAPI, mill: Mill
) -> None:
    made, other = await submitted(client), await submitted(client)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as stranger:
        read = await stranger.get(path(made["status_url"]))
        cross = await stranger.get(path(made["status_url"]).replace(made["request_id"], other["request_id"]))
        swapped = await stranger.put(path(made["cancel_url"]).split("?")[0] + "?" + made["status_url"].split("?")[1])
        bare = await stranger.get(path(made["response_url"]).split("?")[0])
        cancelled = await stranger.put(path(made["cancel_url"]))

    assert (read.status_code, read.json()["status"]) == (202, "IN_QUEUE")
    assert "capability" not in read.text
    assert [cross.status_code, swapped.status_code, bare.status_code] == [403, 403, 401]
    assert bare.json()["error_type"] == "unauthorized"
    assert (cancelled.status_code, cancelled.json()) == (202, {"status": "CANCELLATION_REQUESTED"})


async def test_a_cancelled_request_is_completed_with_an_error(client: httpx.AsyncClient) -> None:
    made = await submitted(client)
    first, second = [await client.put(path(made["cancel_url"])) for _ in range(2)]
    unknown = await client.put(f"{NOOP}/requests/0197a3b0-5f6e-7c1d-8a2b-3c4d5e6f7a8b/cancel")
    status, output = await client.get(path(made["status_url"])), await client.get(path(made["response_url"]))

    assert [first.status_code, second.status_code, unknown.status_code] == [202, 400, 404]
    assert second.json() == {"status": "ALREADY_COMPLETED"}
    assert (status.json()["status"], status.json()["error_type"]) == ("COMPLETED", "client_cancelled")
    assert (output.status_code, output.headers["x-fal-error-type"]) == (499, "client_cancelled")


async def test_run_answers_with_the_output_or_the_error(client: httpx.AsyncClient, working: None) -> None:
    good = await client.post("/fal-run/fal-ai/mediamill/test-noop", json={"payload": "x"})
    bad = await client.post("/fal-run/mediamill/test-fail", json={"class": "permanent"})

    assert (good.status_code, good.json()) == (200, {"done": True})
    assert bad.status_code == 422
    assert bad.json()["detail"][0]["loc"] == ["body"]


async def test_what_is_wrong_is_told_by_the_names_of_the_client(client: httpx.AsyncClient) -> None:
    unknown = await client.post("/fal-run/mediamill/test-sleep", json={"second": 1, "other": 2, "nothing": None})
    translated = await client.post("/fal-run/mediamill/test-sleep", json={"duration": "-5s"})
    nowhere = await client.post("/fal-run/fal-ai/flux", json={})
    header = await client.post(NOOP, json={}, headers={"X-Fal-Request-Timeout": "soon"})
    hook = await client.post(f"{NOOP}?fal_webhook=ftp://example.com", json={})
    listed = await client.post(NOOP, json=[1])

    assert [item["loc"] for item in unknown.json()["detail"]] == [["body", "second"], ["body", "other"]]
    assert [item["loc"] for item in translated.json()["detail"]] == [["body", "duration"]]
    assert (nowhere.status_code, nowhere.json()["error_type"]) == (404, "unknown_model")
    assert [item["loc"] for item in header.json()["detail"]] == [["header", "x-fal-request-timeout"]]
    assert [item["loc"] for item in hook.json()["detail"]] == [["query", "fal_webhook"]]
    assert [item["loc"] for item in listed.json()["detail"]] == [["body"]]


async def test_a_request_that_does_not_start_in_time_ends_with_504(client: httpx.AsyncClient) -> None:
    ran = await client.post("/fal-run/mediamill/test-noop", json={}, headers={"X-Fal-Request-Timeout": "0.2"})
    made = (await client.post(NOOP, json={}, headers={"X-Fal-Request-Timeout": "0.1"})).json()
    status = await eventually(client, path(made["status_url"]))
    output = await client.get(path(made["response_url"]))

    assert (ran.status_code, ran.headers["X-Fal-Request-Timeout-Type"]) == (504, "user")
    assert (status["error_type"], output.status_code) == ("startup_timeout", 504)
    assert output.headers["X-Fal-Request-Timeout-Type"] == "user"


async def test_a_stream_ends_with_the_output(client: httpx.AsyncClient, working: None) -> None:
    told = await client.post("/fal-run/mediamill/test-steps/stream", json={"n": 2})
    failed = await client.post("/fal-run/mediamill/test-fail/stream", json={"class": "permanent"})

    events = data_of(told.text)
    assert told.headers["content-type"].startswith("text/event-stream")
    assert events[0]["progress"]["current"] == 1
    assert " 50%|##########          | 1/2 step 1" in events[0]["logs"][0]["message"]
    assert len(events[-1]["pids"]) == 2
    assert data_of(failed.text)[-1]["detail"][0]["msg"].endswith("As asked.")


async def test_the_status_is_streamed_until_it_is_completed(client: httpx.AsyncClient, working: None) -> None:
    made = await submitted(client, "test-steps", n=2)
    told = await client.get(path(made["status_url"]).replace("/status?", "/status/stream?logs=1&"))

    last = data_of(told.text)[-1]
    assert last["status"] == "COMPLETED"
    assert len(last["logs"]) == 2


async def test_priority_and_key_are_heeded(client: httpx.AsyncClient, mill: Mill) -> None:
    headers = {"X-Fal-Queue-Priority": "low", "Idempotency-Key": "k", "X-Fal-Store-IO": "0"}
    first, again = [await client.post(NOOP, json={"payload": "x"}, headers=headers) for _ in range(2)]
    other = await client.post(NOOP, json={"payload": "y"}, headers=headers)

    job = (await client.get(f"/v1/jobs/{first.json()['request_id']}")).json()
    assert job["priority"] == 2
    assert again.json()["request_id"] == job["id"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert other.status_code == 422


async def test_a_webhook_is_told_in_fals_words_and_the_key_that_signs_it_is_public(
    client: httpx.AsyncClient, mill: Mill
) -> None:
    hook = "https://93.184.216.34/hook"
    made = (await client.post(f"{NOOP}?fal_webhook={hook}", json={})).json()
    with mill.db.unit_of_work() as connection:
        found = connection.execute(select(JobWebhook.__table__)).mappings().one()
    keys = await client.get("/fal-queue/.well-known/jwks.json", headers={"Authorization": ""})

    assert (str(found["job_id"]), found["url"], found["dialect"]) == (made["request_id"], hook, "fal")
    assert sorted(found["events"]) == ["job.canceled", "job.failed", "job.succeeded"]
    assert keys.json()["keys"][0].items() >= {"kty": "OKP", "crv": "Ed25519"}.items()


async def test_the_proxy_serves_what_its_header_names_and_nothing_else(
    client: httpx.AsyncClient, working: None
) -> None:
    async def through(method: str, target: str | None, **more: Any) -> httpx.Response:
        headers = {} if target is None else {"x-fal-target-url": target}
        return await client.request(method, "/fal-proxy", headers=headers, **more)

    ran = await through("POST", "https://fal.run/mediamill/test-noop", json={})
    made = (await through("POST", "https://queue.fal.run/mediamill/test-noop", json={})).json()
    status = await through("GET", f"https://queue.fal.run/mediamill/test-noop/requests/{made['request_id']}/status")
    wrong = [
        await through("GET", target)
        for target in ("http://fal.run/x", "https://fal.run.evil.test/x", "https://127.0.0.1/", "https://fal.run:1/")
    ]

    assert (ran.status_code, ran.json()) == (200, {"done": True})
    assert status.json()["request_id"] == made["request_id"]
    assert [answer.status_code for answer in wrong] == [412] * 4
    assert (await through("GET", None)).status_code == 400
    assert (await through("POST", "https://rest.fal.ai/tokens/", json={})).status_code == 404


async def eventually(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    """Poll as fal's client does, until the request is completed."""
    until = monotonic() + 20
    while (answer := await client.get(url)).status_code != 200:
        assert answer.status_code == 202, answer.text
        assert monotonic() < until
        await asyncio.sleep(0.05)
    return dict(answer.json())


def path(url: str) -> str:
    return url.removeprefix("http://127.0.0.1:8080")


def data_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: ")]
