"""What there is, by Replicate's own client: models, versions and their schemas, collections, the account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import replicate
from replicate.webhook import Webhooks

from conductor.courier.tick import Courier
from mediamill.settings import Settings
from mediamill_testing.harness import Mill
from mediamill_testing.receiver import Receiver, until
from mediamill_testing.webhooks import deliveries, states


def test_models_are_listed_found_by_words_and_read(client: replicate.Client) -> None:
    listed = [model.id for model in client.models.list().results]
    found = [model.id for model in client.models.search("journaled STEPS").results]
    model = client.models.get("mediamill/test-keep")

    assert {"mediamill/test-keep", "mediamill/shop-keep"} <= set(listed)
    assert found == ["mediamill/test-steps"]
    assert (model.description, model.visibility) == ("Saves bytes as an asset", "public")


def test_a_version_tells_what_goes_in_and_what_comes_out(client: replicate.Client) -> None:
    model = client.models.get("mediamill/shop-keep")
    (version,) = model.versions.list().results

    schemas = model.versions.get(version.id).openapi_schema["components"]["schemas"]

    assert model.latest_version == version
    assert schemas["Output"] == {"title": "Output", "type": "string", "format": "uri"}
    assert list(schemas["Input"]["properties"]) == ["asset", "text"]
    assert schemas["Input"]["properties"]["asset"]["anyOf"][0] == {"type": "string", "format": "uri"}


def test_queues_are_collections_and_models_are_deployments(client: replicate.Client) -> None:
    slugs = [collection.slug for collection in client.collections.list().results]
    shop = client.collections.get("shop")
    deployment = client.deployments.get("mediamill/test-noop")

    assert slugs == ["shop", "test"]
    assert "mediamill/shop-keep" in [model.id for model in shop]
    assert deployment.current_release is not None
    assert deployment.current_release.model == "mediamill/test-noop"
    assert len(client.deployments.list().results) == len(client.models.list().results)


def test_the_account_is_the_tenant(client: replicate.Client) -> None:
    account = client.accounts.current()

    assert (account.type, account.username, account.name) == ("organization", "first", "first")
    assert [one.sku for one in client.hardware.list()] == ["cpu"]


def test_an_alias_is_a_model(serve: Callable[..., Any], owner: Any, mill: Mill) -> None:
    url = serve(model_aliases={"acme/nothing": "test.noop"}).url
    client = replicate.Client(base_url=f"{url}/replicate", api_token=owner.secret)

    prediction = client.models.predictions.create("acme/nothing", input={})

    assert client.models.get("acme/nothing").id == "acme/nothing"
    assert prediction.model == "mediamill/test-noop"


def test_a_list_tells_whom_each_prediction_tells_so_that_a_buyer_finds_what_it_bought(
    client: replicate.Client, http: httpx.Client
) -> None:
    hook = "http://127.0.0.1:9/hooks/replicate/word?effect=one"
    told = client.models.predictions.create("mediamill/test-noop", input={}, webhook=hook)
    silent = client.models.predictions.create("mediamill/test-noop", input={})

    listed = http.get("/predictions").json()["results"]

    assert {prediction["id"]: prediction["webhook"] for prediction in listed} == {told.id: hook, silent.id: None}


def test_a_prediction_s_webhooks_say_what_the_prediction_says_and_the_client_verifies_them(
    client: replicate.Client, mill: Mill, config: Settings
) -> None:
    receiver, completed = Receiver(), Receiver()
    events = ["start", "completed"]
    prediction = client.models.predictions.create(
        "mediamill/test-noop", input={}, webhook=receiver.url, webhook_events_filter=events
    )
    client.models.predictions.create("mediamill/test-noop", input={}, webhook_completed=completed.url)
    courier = Courier(mill.db, mill.config.model_copy(update={"allow_private_urls": True}))
    mill.work_until_idle()

    until(lambda: states(mill) == {"delivered"}, courier.tick)

    courier.close(1)
    secret = client.webhooks.default.secret()
    for message in [*receiver.received, *completed.received]:
        Webhooks.validate(headers=message.headers, body=message.body.decode(), secret=secret)
    assert len(deliveries(mill)) == 3
    assert {message.json["id"] for message in receiver.received} == {prediction.id}
    assert (len(receiver.received), len(completed.received)) == (2, 1)
    assert completed.received[0].json["status"] == "succeeded"
    receiver.close()
    completed.close()
