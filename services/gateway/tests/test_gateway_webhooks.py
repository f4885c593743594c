"""Endpoints over HTTP: made, listed, told, asked again, gone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from uuid import UUID

import anyio.to_thread
import httpx
import pytest
from fastapi import FastAPI
from standardwebhooks import Webhook

from conductor.courier.tick import Courier
from gateway.app import create_app
from mediamill.settings import Settings
from mediamill_testing.harness import Mill, engine_registry
from mediamill_testing.receiver import Receiver, until
from mediamill_testing.webhooks import states

pytestmark = pytest.mark.anyio

PUBLIC = "https://9.9.9.9/hook"
NOOP: dict[str, Any] = {"kind": "test.noop", "input": {}}


@pytest.fixture
def lenient(config: Settings) -> Settings:
    return config.model_copy(update={"allow_private_urls": True})


@pytest.fixture
async def inside(lenient: Settings, owner: Any) -> AsyncIterator[httpx.AsyncClient]:
    """The owner's client of a gateway that allows private addresses."""
    app: FastAPI = create_app(lenient, engine_registry())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://g", headers=owner.headers, timeout=30) as made,
    ):
        yield made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def delivered(mill: Mill, lenient: Settings, receiver: Receiver) -> Iterator[Callable[[int], Any]]:
    """Runs what is in line and tells of it, until so many messages have come."""
    courier = Courier(mill.db, lenient)

    def all_came(messages: int) -> bool:
        return len(receiver.received) >= messages and states(mill) == {"delivered"}

    async def work(messages: int) -> None:
        await anyio.to_thread.run_sync(mill.work_until_idle)
        await anyio.to_thread.run_sync(lambda: until(lambda: all_came(messages), courier.tick))

    yield work
    courier.close(1)


async def test_the_secret_is_shown_once(client: httpx.AsyncClient) -> None:
    made = await client.post("/v1/webhooks", json={"url": PUBLIC, "events": ["job.succeeded", "job.succeeded"]})
    found = await client.get(f"/v1/webhooks/{made.json()['id']}")
    listed = await client.get("/v1/webhooks")

    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    assert made.json()["events"] == ["job.succeeded"]
    assert found.json() == {name: value for name, value in made.json().items() if name != "secret"}
    assert listed.json() == {"data": [found.json()], "next_cursor": None}


async def test_left_out_events_are_all_but_the_many(client: httpx.AsyncClient) -> None:
    made = (await client.post("/v1/webhooks", json={"url": PUBLIC})).json()

    assert {"job.queued", "job.succeeded", "job.failed", "job.canceled"} <= set(made["events"])
    assert not {"job.progress", "job.log"} & set(made["events"])
    assert (made["disabled_at"], made["disabled_reason"]) == (None, None)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://localhost:1/", "http://169.254.169.254/", "https://no-such-host.invalid/", "x"]
)
async def test_a_url_that_may_not_be_told_is_refused_where_it_stands(client: httpx.AsyncClient, url: str) -> None:
    endpoint = await client.post("/v1/webhooks", json={"url": url})
    job = await client.post("/v1/jobs", json={**NOOP, "webhook": {"url": url}})
    batch = await client.post("/v1/jobs/batch", json={"jobs": [NOOP, {**NOOP, "webhook": {"url": url}}]})

    assert [answer.status_code for answer in (endpoint, job, batch)] == [422, 422, 422]
    assert [answer.json()["errors"][0]["loc"] for answer in (endpoint, job, batch)] == [
        ["url"],
        ["webhook", "url"],
        ["jobs", 1, "webhook", "url"],
    ]
    assert (await client.get("/v1/jobs")).json()["data"] == []


async def test_an_endpoint_is_told_of_a_job_as_the_api_shows_it(
    inside: httpx.AsyncClient, receiver: Receiver, delivered: Callable[[int], Any]
) -> None:
    hook = (await inside.post("/v1/webhooks", json={"url": receiver.url, "events": ["job.succeeded"]})).json()
    job_id = (await inside.post("/v1/jobs", json={**NOOP, "metadata": {"user": "42"}})).json()["id"]

    await delivered(1)

    message = Webhook(hook["secret"]).verify(receiver.received[0].body, receiver.received[0].headers)
    shown = (await inside.get(f"/v1/jobs/{job_id}")).json()
    events = (await inside.get(f"/v1/jobs/{job_id}/events")).json()["data"]
    job = message["data"].pop("job")
    assert message["data"] == events[-1]
    assert job == {name: shown[name] for name in job}
    assert job["metadata"] == {"user": "42"}


async def test_a_job_s_own_webhook_is_signed_with_the_secret_that_can_be_read(
    inside: httpx.AsyncClient, receiver: Receiver, delivered: Callable[[int], Any]
) -> None:
    own = {"url": receiver.url, "events": ["job.queued", "job.succeeded"]}
    jobs = [{**NOOP, "webhook": own}, NOOP]
    posted = (await inside.post("/v1/jobs/batch", json={"jobs": jobs})).json()["data"]
    secret = (await inside.get("/v1/webhooks/secret")).json()["secret"]

    await delivered(2)

    messages = [Webhook(secret).verify(one.body, one.headers) for one in receiver.received]
    assert {message["data"]["job_id"] for message in messages} == {posted[0]["id"]}
    assert sorted(message["type"] for message in messages) == ["job.queued", "job.succeeded"]


async def test_what_was_sent_is_listed_and_can_be_sent_again_under_its_id(
    inside: httpx.AsyncClient, receiver: Receiver, delivered: Callable[[int], Any]
) -> None:
    hook = (await inside.post("/v1/webhooks", json={"url": receiver.url, "events": ["job.succeeded"]})).json()
    await inside.post("/v1/jobs", json=NOOP)
    await delivered(1)
    log = f"/v1/webhooks/{hook['id']}/deliveries"
    (first,) = (await inside.get(log)).json()["data"]

    asked = await inside.post(f"{log}/{first['id']}/redeliver")
    await delivered(2)

    (again,) = (await inside.get(log)).json()["data"]
    assert (first["state"], first["attempts"], first["tries"][0]["status"]) == ("delivered", 1, 200)
    assert (asked.status_code, asked.json()["state"]) == (202, "pending")
    assert (again["state"], again["attempts"], len(again["tries"])) == ("delivered", 2, 2)
    assert {one.id for one in receiver.received} == {first["message_id"]}


async def test_deliveries_come_in_pages_newest_first(
    inside: httpx.AsyncClient, receiver: Receiver, delivered: Callable[[int], Any]
) -> None:
    hook = (await inside.post("/v1/webhooks", json={"url": receiver.url})).json()
    await inside.post("/v1/jobs", json=NOOP)
    await delivered(3)
    path, cursor, ids = f"/v1/webhooks/{hook['id']}/deliveries?limit=2", None, []
    while True:
        page = (await inside.get(path + (f"&cursor={cursor}" if cursor else ""))).json()
        ids += [UUID(one["id"]) for one in page["data"]]
        if (cursor := page["next_cursor"]) is None:
            break

    assert len(ids) == 3
    assert ids == sorted(ids, reverse=True)
    assert {id.version for id in ids} == {7}


async def test_a_deleted_endpoint_is_gone_with_what_was_on_its_way(
    inside: httpx.AsyncClient, receiver: Receiver, mill: Mill, lenient: Settings
) -> None:
    hook = (await inside.post("/v1/webhooks", json={"url": receiver.url})).json()
    await inside.post("/v1/jobs", json=NOOP)

    gone = await inside.delete(f"/v1/webhooks/{hook['id']}")
    await anyio.to_thread.run_sync(mill.work_until_idle)
    await anyio.to_thread.run_sync(Courier(mill.db, lenient).tick)

    assert gone.status_code == 204
    assert (await inside.get(f"/v1/webhooks/{hook['id']}")).status_code == 404
    assert (await inside.delete(f"/v1/webhooks/{hook['id']}")).status_code == 404
    assert receiver.received == []


async def test_a_delivery_of_another_endpoint_cannot_be_sent_again(
    inside: httpx.AsyncClient, receiver: Receiver, delivered: Callable[[int], Any], stranger: Any
) -> None:
    hook = (await inside.post("/v1/webhooks", json={"url": receiver.url, "events": ["job.queued"]})).json()
    other = (await inside.post("/v1/webhooks", json={"url": PUBLIC, "events": ["job.failed"]})).json()
    theirs = (await inside.post("/v1/webhooks", json={"url": PUBLIC}, headers=stranger.headers)).json()
    await inside.post("/v1/jobs", json=NOOP)
    await delivered(1)
    (sent,) = (await inside.get(f"/v1/webhooks/{hook['id']}/deliveries")).json()["data"]
    again = f"deliveries/{sent['id']}/redeliver"

    wrong_endpoint = await inside.post(f"/v1/webhooks/{other['id']}/{again}")
    with_their_key = await inside.post(f"/v1/webhooks/{hook['id']}/{again}", headers=stranger.headers)
    their_endpoint = await inside.post(f"/v1/webhooks/{theirs['id']}/{again}", headers=stranger.headers)

    assert [answer.status_code for answer in (wrong_endpoint, with_their_key, their_endpoint)] == [404, 404, 404]
    (still,) = (await inside.get(f"/v1/webhooks/{hook['id']}/deliveries")).json()["data"]
    assert still == sent
