"""Predictions by Replicate's own client: made, waited for, read, listed, cancelled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import replicate
from replicate.exceptions import ModelError, ReplicateError
from sqlalchemy import update

from mediamill.tenants.model import Tenant
from mediamill_testing.harness import Mill
from mediamill_testing.stacks import until

KEEP = "mediamill/test-keep"


def test_run_gives_a_url_that_opens_without_a_key(client: replicate.Client, working: None) -> None:
    output = client.run(KEEP, input={"text": "hi", "size": 2})

    assert isinstance(output, str)
    assert httpx.get(output).content == b"hi"


def test_run_of_a_version_reads_that_version_and_gives_what_a_kind_without_files_tells(
    client: replicate.Client, working: None
) -> None:
    version = client.models.get("mediamill/test-noop").latest_version
    assert version is not None

    assert client.run(f"mediamill/test-noop:{version.id}", input={}) == {"done": True}


def test_a_failed_prediction_is_the_client_s_model_error(client: replicate.Client, working: None) -> None:
    with pytest.raises(ModelError, match="As asked") as caught:
        client.run("mediamill/test-fail", input={"class": "permanent"})

    assert caught.value.prediction.status == "failed"


def test_a_wait_that_runs_out_says_starting_though_the_prediction_runs(client: replicate.Client, working: None) -> None:
    prediction = client.models.predictions.create("mediamill/shop-timer", input={"seconds": 60}, wait=1)
    waited = prediction.status
    until(lambda: client.predictions.get(prediction.id).status == "processing")
    prediction.cancel()
    prediction.cancel()

    assert (waited, prediction.status) == ("starting", "canceled")
    assert prediction.completed_at is not None
    assert client.predictions.get(prediction.id).status == "canceled"


def test_run_polls_on_when_its_wait_ran_out(client: replicate.Client, working: None) -> None:
    output = client.run("mediamill/shop-timer", input={"seconds": 1.5}, wait=1)

    assert output == {"count": 1}


def test_a_prediction_of_a_version_is_waited_for_and_tells_its_progress(
    client: replicate.Client, working: None
) -> None:
    version = client.models.get("mediamill/test-steps").versions.list().results[0]

    prediction = client.predictions.create(version=version, input={"n": 3, "seconds": 0.01})
    first = prediction.status
    prediction.wait()

    assert (first, prediction.status, prediction.model) == ("starting", "succeeded", "mediamill/test-steps")
    assert prediction.progress is not None
    assert (prediction.progress.percentage, prediction.progress.current, prediction.progress.total) == (1.0, 3, 3)
    assert prediction.metrics is not None
    assert prediction.metrics["predict_time"] >= 0


def test_a_deployment_is_a_model_by_another_name(client: replicate.Client, working: None) -> None:
    prediction = client.deployments.get("mediamill/test-noop").predictions.create(input={}, wait=10)

    assert prediction.output == {"done": True}


def test_predictions_are_listed_in_pages_with_absolute_addresses_and_without_children(
    client: replicate.Client, http: httpx.Client, mill: Mill
) -> None:
    made = [str(mill.accept("test.noop")) for _ in range(101)]
    mill.accept("test.fanout", {"n": 2})
    mill.work_until_idle()

    pages = list(replicate.paginate(client.predictions.list))

    assert [len(page.results) for page in pages] == [100, 2]
    assert [prediction.id for page in pages for prediction in page.results][1:] == made[::-1]
    following = http.get("/predictions").json()["next"]
    assert following.startswith(str(http.base_url).rstrip("/"))


@pytest.mark.anyio
async def test_the_async_client_runs_and_cancels(client: replicate.Client, working: None) -> None:
    output = await client.async_run("mediamill/test-noop", input={})
    slow = await client.models.predictions.async_create("mediamill/shop-timer", input={"seconds": 60})
    await slow.async_cancel()

    assert output == {"done": True}
    assert slow.status == "canceled"


def test_refusals_are_the_client_s_errors_with_title_status_and_detail(
    client: replicate.Client, client_of: Callable[..., replicate.Client], mill: Mill
) -> None:
    found = {}
    for name, ask in {
        "key": client_of("wrong").predictions.list,
        "model": lambda: client.run("acme/nothing", input={}),
        "id": lambda: client.predictions.get("nothing"),
        "version": lambda: client.predictions.create(version="a" * 64, input={}),
        "input": lambda: client.run(KEEP, input={"size": 0, "colour": "red"}),
    }.items():
        with pytest.raises(ReplicateError) as caught:
            ask()
        assert caught.value.title
        found[name] = (caught.value.status, caught.value.detail)

    assert {name: status for name, (status, _) in found.items()} == {
        "key": 401,
        "model": 404,
        "id": 404,
        "version": 422,
        "input": 422,
    }
    assert "input.colour" in str(found["input"][1])
    assert mill.turn() == 0


def test_another_tenant_s_prediction_is_not_there(
    client_of: Callable[..., replicate.Client], client: replicate.Client, stranger: Any, mill: Mill
) -> None:
    mine = str(mill.accept("test.noop"))
    theirs = client_of(stranger.secret)

    for ask in (theirs.predictions.get, theirs.predictions.cancel):
        with pytest.raises(ReplicateError) as caught:
            ask(mine)
        assert caught.value.status == 404
    assert theirs.predictions.list().results == []


def test_a_tenant_over_its_quota_is_told_when_to_come_back_and_nothing_is_made(
    http: httpx.Client, owner: Any, mill: Mill
) -> None:
    with mill.db.unit_of_work() as connection:
        connection.execute(update(Tenant).where(Tenant.id == owner.tenant_id).values(max_queued=0))

    answer = http.post("/models/mediamill/test-noop/predictions", json={"input": {}})

    assert (answer.status_code, answer.json()["status"]) == (429, 429)
    assert int(answer.headers["retry-after"]) > 0
    assert http.get("/predictions").json()["results"] == []


def test_the_same_key_gives_the_same_prediction_and_a_mark(http: httpx.Client) -> None:
    first, again = (
        http.post("/models/mediamill/test-noop/predictions", json={"input": {}}, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    )

    assert first.status_code == again.status_code == 201
    assert first.json()["id"] == again.json()["id"]
    assert again.headers["idempotent-replayed"] == "true"


def test_a_prediction_has_every_field_and_its_urls_lead_to_itself(http: httpx.Client, working: None) -> None:
    made = http.post("/models/mediamill/test-keep/predictions", json={"input": {"size": 3, "seed": None}}).json()

    def ended() -> Any:
        found = httpx.get(made["urls"]["get"], headers=http.headers).json()
        return found if found["status"] == "succeeded" else None

    found = until(ended)
    assert {"id", "model", "version", "input", "output", "logs", "error", "status", "metrics", "urls"} <= set(found)
    assert {"created_at", "started_at", "completed_at", "source", "data_removed"} <= set(found)
    assert set(found["urls"]) == {"get", "cancel", "stream", "web"}
    assert (found["source"], found["data_removed"], found["error"]) == ("api", False, None)
