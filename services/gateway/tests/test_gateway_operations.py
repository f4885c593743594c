"""Health, metrics, the API's description; and what happens when the database is gone."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator
from pydantic import SecretStr
from sqlalchemy import text

from gateway.app import create_app
from gateway.jobs.models import PostJob
from mediamill.queues.registry import registry
from mediamill.settings import Settings
from mediamill_testing.harness import Mill, engine_registry
from mediamill_testing.plugin import cut_sessions

pytestmark = pytest.mark.anyio


async def test_the_process_says_that_it_lives_and_is_ready(client: httpx.AsyncClient) -> None:
    health, live, ready = [await client.get(path) for path in ("/health", "/livez", "/readyz")]

    assert (health.status_code, health.json()) == (200, {"status": "healthy"})
    assert live.status_code == ready.status_code == 200


async def test_a_database_that_is_not_migrated_is_not_ready(client: httpx.AsyncClient, mill: Mill) -> None:
    with mill.db.unit_of_work() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))

    response = await client.get("/readyz")

    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0
    assert "0000" in response.json()["detail"]


async def test_a_database_that_is_gone_is_a_503_and_the_process_lives(config: Settings, owner: Any) -> None:
    gone = config.model_copy(update={"database_url": SecretStr("postgresql://x@127.0.0.1:9/x")})
    app = create_app(gone, engine_registry())
    transport = httpx.ASGITransport(app)

    async with httpx.AsyncClient(transport=transport, base_url="http://x", headers=owner.headers) as client:
        answers = [
            await client.get("/readyz"),
            await client.get("/v1/jobs"),
            await client.post("/v1/jobs", json={"kind": "test.noop", "input": {}}),
        ]
        health = await client.get("/health")

    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert {answer.headers["content-type"] for answer in answers} == {"application/problem+json"}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)
    assert "127.0.0.1:9" not in answers[1].text
    assert health.status_code == 200


async def test_it_recovers_when_its_sessions_were_cut(client: httpx.AsyncClient, mill: Mill) -> None:
    await client.get("/v1/jobs")
    cut_sessions(mill)

    cut = await client.get("/v1/jobs")
    again = await client.get("/v1/jobs")

    assert cut.status_code in {200, 503}
    assert again.status_code == 200


async def test_metrics_are_prometheus_text(client: httpx.AsyncClient) -> None:
    await client.get("/v1/kinds")

    response = await client.get("/metrics")

    assert response.headers["content-type"].startswith("text/plain")
    assert 'mediamill_gateway_request_seconds_count{surface="native",status="2xx"} 1' in response.text


async def test_pages_of_other_origins_may_ask(client: httpx.AsyncClient) -> None:
    headers = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}

    preflight = await client.options("/v1/jobs", headers={**headers, "Access-Control-Request-Headers": "authorization"})
    unknown = await client.get("/v1/nothing", headers=headers)

    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert unknown.headers["access-control-allow-origin"] == "*"


async def test_the_docs_need_no_other_host(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")

    assert page.headers["content-type"].startswith("text/html")
    assert "/openapi.json" in page.text
    assert "http://" not in page.text
    assert "https://" not in page.text


def test_the_description_is_good_enough_for_an_sdk(app: FastAPI) -> None:
    document = app.openapi()

    operations = [operation for path in document["paths"].values() for operation in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert document["components"]["securitySchemes"]["key"] == {
        "type": "http",
        "scheme": "bearer",
        "description": "A key of your tenant: mm_…",
    }
    assert len(names) == len(set(names)) > 30
    for operation in operations:
        assert operation["summary"]
        assert operation["tags"]
        assert operation.get("description")
        for status, response in operation["responses"].items():
            if status >= "400":
                assert list(response["content"]) == ["application/problem+json"]
                assert "$ref" in response["content"]["application/problem+json"]["schema"]


def test_the_description_has_a_working_example_of_every_kind(config: Settings) -> None:
    document = create_app(config, registry()).openapi()

    body = document["paths"]["/v1/jobs"]["post"]["requestBody"]["content"]["application/json"]
    served = {name for name in registry().kinds if not name.startswith("test.")}
    assert served <= set(body["examples"])
    for name, example in body["examples"].items():
        post = PostJob.model_validate(example["value"])
        assert registry().kind(name).read(post.input)


def test_every_example_in_a_model_fits_its_own_schema(app: FastAPI) -> None:
    document = app.openapi()
    schemas = document["components"]["schemas"]

    for schema in schemas.values():
        for example in schema.get("examples", []):
            whole = {**schema, "components": {"schemas": schemas}}
            Draft202012Validator(whole).validate(example)


async def test_a_page_of_another_origin_may_read_what_became_of_its_post(client: httpx.AsyncClient) -> None:
    body = {"kind": "test.noop", "input": {}}

    first, again = [await client.post("/v1/jobs", json=body, headers={"Origin": "https://app.example"}) for _ in "12"]

    assert [first.status_code, again.status_code] == [202, 202]
    assert [told.headers["access-control-allow-origin"] for told in (first, again)] == ["*", "*"]
    assert "Location" in first.headers["access-control-expose-headers"]


async def test_kinds_describe_themselves(client: httpx.AsyncClient) -> None:
    listed = (await client.get("/v1/kinds")).json()["data"]
    one = (await client.get("/v1/kinds/test.sleep")).json()
    unknown = await client.get("/v1/kinds/no.kind")

    assert one in listed
    assert [kind["kind"] for kind in listed] == sorted(kind["kind"] for kind in listed)
    assert (one["queue"], one["providers"], one["price"]) == ("test", ["local"], 0)
    assert one["input_schema"]["properties"]["seconds"]["maximum"] == 3600
    assert one["output_schema"]["properties"]["done"]["type"] == "boolean"
    assert one["limits"]["attempts"] == 3
    assert unknown.status_code == 404


def test_a_gateway_without_a_secret_does_not_start(config: Settings) -> None:
    with pytest.raises(RuntimeError, match="MEDIAMILL_SECRET"):
        create_app(config.model_copy(update={"secret": SecretStr("")}), engine_registry())
